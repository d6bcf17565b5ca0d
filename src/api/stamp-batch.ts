import { BATCH_SLOTS } from './request-batch.js';
import { SlotMemory } from './slot-memory.js';

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
    const memory = new SlotMemory(slots, HEAD_OCTETS, SLOT_MEMORY);
    this.memory = memory.buffer;
    this.#head = memory.head;
    this.tickets = memory.float64();
    this.clocks = memory.int32();
    this.sentS = memory.uint32();
    this.sentNs = memory.uint32();
    this.ports = memory.int32();
    this.fromNextPort = memory.int32();
    this.followUpOctets = memory.int32();
    this.followUps = memory.octets(FOLLOW_UP_SLOT_OCTETS);
  }

  /** Number of replies with a ticket, since the last call, whose stamp has not come for 1 s or was lost. */
  get lost(): number {
    return this.#head[0]!;
  }

  set lost(count: number) {
    this.#head[0] = count;
  }
}
