import { endianness } from 'node:os';
import { type RequestBatch, SLOT_WORDS } from 'timehub/api';
import {
  HEADER_OCTETS,
  MODE_CLIENT,
  MODE_SERVER,
  type ReplyContext,
  UPGRADE_SECONDS,
  VERSION_5,
} from 'timehub/protocol/ntp';

/** Places of the timestamps, in words. */
const REFERENCE = 4;
const ORIGIN = 6;
const RECEIVE = 8;
const TRANSMIT = 10;

/** Parts of the first word, whose first octet is the lowest. */
const MODE = 0x07;
const VERSION = 0x38;
const POLL = 0x00ff0000;
/** Leap indicator, stratum and precision. */
const OWN = 0xff00ffc0 | 0;

const isLittle = endianness() === 'LE';

/**
 * Writes the replies to plain requests of clients, 48 octets in mode 3, as `respond` does, but word by word: nearly all requests
 * are of this kind, and the octets of one would take longer than all other work of a handler.
 */
export class PlainReplies {
  readonly #header: Int32Array;
  readonly #versions: number;
  /** First word of the reference timestamp of requests that ask for NTPv5; `respond` answers those. 0: NTPv5 is not spoken. */
  readonly #upgrade: number;

  /** `header`: the header that all replies share, as words of this machine. Bit n of `versions`: version n is answered. */
  constructor(header: Int32Array, versions: number) {
    this.#header = header;
    this.#versions = versions & 0b11110;
    this.#upgrade = ((versions >> VERSION_5) & 1) === 1 ? swapped(UPGRADE_SECONDS) : 0;
  }

  /** Returns false, without writing, if the request is none of these. */
  write(batch: RequestBatch, slot: number, context: ReplyContext): boolean {
    if (!isLittle || batch.requestOctets[slot] !== HEADER_OCTETS) return false;
    const { words } = batch;
    const request = batch.requestsAt + SLOT_WORDS * slot;
    const first = words[request]!;
    if ((first & MODE) !== MODE_CLIENT || ((this.#versions >> ((first & VERSION) >> 3)) & 1) === 0) return false;
    if (this.#upgrade !== 0 && words[request + REFERENCE] === this.#upgrade) return false;
    const reply = batch.repliesAt + SLOT_WORDS * slot;
    const header = this.#header;
    words[reply] = (header[0]! & OWN) | (first & (VERSION | POLL)) | MODE_SERVER;
    words[reply + 1] = header[1]!;
    words[reply + 2] = header[2]!;
    words[reply + 3] = header[3]!;
    words[reply + ORIGIN] = words[request + TRANSMIT]!;
    words[reply + ORIGIN + 1] = words[request + TRANSMIT + 1]!;
    this.#writeTimes(words, reply, context);
    batch.replyOctets[slot] = HEADER_OCTETS;
    return true;
  }

  #writeTimes(words: Int32Array, reply: number, context: ReplyContext): void {
    const { receiveSeconds, receiveFraction, transmitSeconds, transmitFraction } = context;
    const header = this.#header;
    const [set, setFraction] = [header[REFERENCE]!, header[REFERENCE + 1]!];
    const seconds = swapped(receiveSeconds);
    const fraction = swapped(receiveFraction);
    const isEarly = isAfter(swapped(set) >>> 0, swapped(setFraction) >>> 0, receiveSeconds, receiveFraction);
    const isKept = (set | setFraction) === 0 || !isEarly;
    words[reply + REFERENCE] = isKept ? set : seconds;
    words[reply + REFERENCE + 1] = isKept ? setFraction : fraction;
    words[reply + RECEIVE] = seconds;
    words[reply + RECEIVE + 1] = fraction;
    const leaves = isAfter(transmitSeconds, transmitFraction, receiveSeconds, receiveFraction);
    const next = (receiveFraction + 1) >>> 0;
    words[reply + TRANSMIT] = leaves ? swapped(transmitSeconds) : swapped(receiveSeconds + (next === 0 ? 1 : 0));
    words[reply + TRANSMIT + 1] = leaves ? swapped(transmitFraction) : swapped(next);
  }
}

/** Compares two NTP timestamps less than 68 years apart, of any eras. */
function isAfter(seconds: number, fraction: number, thanSeconds: number, thanFraction: number): boolean {
  const ahead = (seconds - thanSeconds) | 0;
  return ahead > 0 || (ahead === 0 && fraction > thanFraction);
}

/** Returns a word with its octets in the other order. */
const swapped = (word: number): number =>
  (word << 24) | ((word << 8) & 0xff0000) | ((word >>> 8) & 0xff00) | (word >>> 24);
