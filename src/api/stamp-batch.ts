import { BATCH_SLOTS } from './request-batch.js';

/** Room of a follow-up. */
export const FOLLOW_UP_SLOT_OCTETS = 64;
/** Octets before the arrays: `lost`, and the rest of its cache line. */
const HEAD_OCTETS = 64;
const TICKET_OCTETS = 8;
const WORD_ARRAYS = 6;
const SLOT_MEMORY = TICKET_OCTETS + WORD_ARRAYS * 4 + FOLLOW_UP_SLOT_OCTETS;

/**
 * Transmit stamps of replies, and the datagrams that follow the replies: arrays with one element a stamp. The memory is used again
 * for each batch. Its layout is that of native/stamp-memory.h.
 */
export class StampBatch {
  readonly memory: ArrayBuffer;
  /** The numbers that the handler gave to the replies (`RequestBatch.tickets`). */
  readonly tickets: Float64Array;
  /** Clocks that stamped them, as in `RequestBatch.clocks`. */
  readonly clocks: Int32Array;
  /** Departure by that clock: seconds since 1970, and nanoseconds. */
  readonly sentS: Uint32Array;
  readonly sentNs: Uint32Array;
  /** UDP port of the client, to which the follow-up goes unless the handler writes another. */
  readonly ports: Int32Array;
  /** For the handler to write: 1 lets the follow-up leave from the next port (`followUps` of the server), 0 from that of the reply. */
  readonly fromNextPort: Int32Array;
  /** Lengths of the follow-ups, for the handler to write; 0: none. Zero when the handler is called. */
  readonly followUpOctets: Int32Array;
  readonly followUps: readonly Uint8Array[];
  readonly #head: Float64Array;

  constructor(slots = BATCH_SLOTS) {
    this.memory = new ArrayBuffer(HEAD_OCTETS + slots * SLOT_MEMORY);
    this.#head = new Float64Array(this.memory, 0, 1);
    let at = HEAD_OCTETS;
    const place = (octets: number): number => {
      at += octets;
      return at - octets;
    };
    const int32 = (): Int32Array => new Int32Array(this.memory, place(4 * slots), slots);
    const uint32 = (): Uint32Array => new Uint32Array(this.memory, place(4 * slots), slots);
    this.tickets = new Float64Array(this.memory, place(TICKET_OCTETS * slots), slots);
    this.clocks = int32();
    this.sentS = uint32();
    this.sentNs = uint32();
    this.ports = int32();
    this.fromNextPort = int32();
    this.followUpOctets = int32();
    this.followUps = Array.from(
      { length: slots },
      () => new Uint8Array(this.memory, place(FOLLOW_UP_SLOT_OCTETS), FOLLOW_UP_SLOT_OCTETS),
    );
  }

  /** Number of replies with a ticket, since the last call, whose stamp has not come for 1 s or was lost. */
  get lost(): number {
    return this.#head[0]!;
  }

  set lost(count: number) {
    this.#head[0] = count;
  }
}
