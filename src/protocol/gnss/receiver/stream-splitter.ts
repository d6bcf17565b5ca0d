import {
  MOST_PAYLOAD_OCTETS,
  UBX_HEADER_OCTETS,
  UBX_OVERHEAD_OCTETS,
  UBX_SYNC_1,
  UBX_SYNC_2,
  type UbxFrame,
  ubxChecksum,
} from '../../ubx/index.js';
import { crc24q } from './crc24q.js';

/** A message of the stream with its place: octets since the beginning of the stream, `end` is the first octet after it. */
export type StreamMessage = (NmeaLine | (UbxFrame & { readonly kind: 'ubx' })) & {
  readonly start: number;
  readonly end: number;
};

/** A sentence from its `$` to its checksum, or to its line end where it has none. The checksum is not verified yet. */
export interface NmeaLine {
  readonly kind: 'nmea';
  readonly text: string;
}

export interface StreamCounters {
  sentences: number;
  frames: number;
  /** RTCM 3 messages, which are skipped. */
  rtcm: number;
  /** Beginnings of a sentence or frame that proved to be none: wrong checksum, another octet within, too long. */
  broken: number;
  /** Octets outside of all messages, line ends aside. */
  garbage: number;
}

/**
 * Longest sentence, octets. The standard allows 82, but makers exceed it: u-blox' PUBX,03 has up to 1000 with all satellites.
 */
export const MOST_SENTENCE_OCTETS = 1024;

const DOLLAR = 0x24;
const STAR = 0x2a;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const RTCM_SYNC = 0xd3;
/** Octets of an RTCM 3 message beside its payload: three before and three after it. */
const RTCM_OVERHEAD = 6;

/** Capacity: the longest frame of all. */
const CAPACITY = MOST_PAYLOAD_OCTETS + UBX_OVERHEAD_OCTETS;

/** Length of a message that begins here; `unfinished`: more octets are needed; `none`: no message begins here. */
type Found = number | 'unfinished' | 'none';

/**
 * Finds NMEA sentences and UBX frames in one stream, with RTCM 3 and anything else between them, and buffers at most one
 * message. After a wrong beginning it searches on from the next octet.
 */
export class StreamSplitter {
  readonly counters: StreamCounters = { sentences: 0, frames: 0, rtcm: 0, broken: 0, garbage: 0 };
  readonly #held = new Uint8Array(CAPACITY);
  #length = 0;
  /** Place of the first held octet in the stream. */
  #base = 0;

  /** Octets of the stream until now: the place of the next one. */
  get position(): number {
    return this.#base + this.#length;
  }

  /** Returns the messages that this chunk completes, in order. Their payloads are copies. */
  push(chunk: Uint8Array): StreamMessage[] {
    const messages: StreamMessage[] = [];
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + CAPACITY - this.#length);
      this.#held.set(part, this.#length);
      this.#length += part.length;
      from += part.length;
      this.#scan(messages, false);
    }
    return messages;
  }

  /**
   * Gives up an unfinished message, since the stream has paused, and returns the messages that lie within what it seemed to be.
   * A sentence without a checksum whose line end did not come is given up too.
   */
  pause(): StreamMessage[] {
    const messages: StreamMessage[] = [];
    this.#scan(messages, true);
    return messages;
  }

  #scan(messages: StreamMessage[], isOver: boolean): void {
    let at = 0;
    while (at < this.#length) {
      const found = this.#messageAt(at, messages);
      if (found === 'unfinished' && !isOver) break;
      if (typeof found === 'number') {
        at += found;
        continue;
      }
      if (found === 'unfinished') this.counters.broken++;
      this.#countGarbage(this.#held[at]!);
      at++;
    }
    this.#held.copyWithin(0, at, this.#length);
    this.#length -= at;
    this.#base += at;
  }

  #messageAt(at: number, messages: StreamMessage[]): Found {
    switch (this.#held[at]) {
      case DOLLAR:
        return this.#sentenceAt(at, messages);
      case UBX_SYNC_1:
        return this.#frameAt(at, messages);
      case RTCM_SYNC:
        return this.#rtcmAt(at);
      default:
        return 'none';
    }
  }

  #sentenceAt(at: number, messages: StreamMessage[]): Found {
    const limit = Math.min(this.#length, at + MOST_SENTENCE_OCTETS);
    for (let to = at + 1; to < limit; to++) {
      const octet = this.#held[to]!;
      if (octet === NEWLINE || octet === CARRIAGE_RETURN) return this.#sentence(at, to, messages);
      if (octet < 0x20 || octet > 0x7e || octet === DOLLAR) return this.#broken();
      if (octet === STAR && to + 2 < limit && this.#isHex(to + 1) && this.#isHex(to + 2))
        return this.#sentence(at, to + 3, messages);
    }
    return limit === at + MOST_SENTENCE_OCTETS ? this.#broken() : 'unfinished';
  }

  #sentence(at: number, to: number, messages: StreamMessage[]): Found {
    const text = String.fromCharCode(...this.#held.subarray(at, to));
    this.counters.sentences++;
    messages.push({ kind: 'nmea', text, start: this.#base + at, end: this.#base + to });
    return to - at;
  }

  #frameAt(at: number, messages: StreamMessage[]): Found {
    if (at + 1 < this.#length && this.#held[at + 1] !== UBX_SYNC_2) return 'none';
    if (at + UBX_HEADER_OCTETS > this.#length) return 'unfinished';
    const payload = this.#held[at + 4]! | (this.#held[at + 5]! << 8);
    if (payload > MOST_PAYLOAD_OCTETS) return this.#broken();
    const total = payload + UBX_OVERHEAD_OCTETS;
    if (at + total > this.#length) return 'unfinished';
    const end = at + UBX_HEADER_OCTETS + payload;
    const sum = this.#held[end]! | (this.#held[end + 1]! << 8);
    if (ubxChecksum(this.#held, at + 2, end) !== sum) return this.#broken();
    this.counters.frames++;
    messages.push({
      kind: 'ubx',
      classId: this.#held[at + 2]!,
      messageId: this.#held[at + 3]!,
      payload: this.#held.slice(at + UBX_HEADER_OCTETS, end),
      start: this.#base + at,
      end: this.#base + at + total,
    });
    return total;
  }

  #rtcmAt(at: number): Found {
    // Six reserved bits, zero, and ten of length.
    if (at + 1 < this.#length && this.#held[at + 1]! > 3) return 'none';
    if (at + 3 > this.#length) return 'unfinished';
    const total = ((this.#held[at + 1]! << 8) | this.#held[at + 2]!) + RTCM_OVERHEAD;
    if (at + total > this.#length) return 'unfinished';
    const end = at + total - 3;
    const crc = (this.#held[end]! << 16) | (this.#held[end + 1]! << 8) | this.#held[end + 2]!;
    if (crc24q(this.#held, at, end) !== crc) return this.#broken();
    this.counters.rtcm++;
    return total;
  }

  #isHex(at: number): boolean {
    const octet = this.#held[at]! | 0x20;
    return (octet >= 0x30 && octet <= 0x39) || (octet >= 0x61 && octet <= 0x66);
  }

  #broken(): Found {
    this.counters.broken++;
    return 'none';
  }

  #countGarbage(octet: number): void {
    if (octet !== NEWLINE && octet !== CARRIAGE_RETURN) this.counters.garbage++;
  }
}
