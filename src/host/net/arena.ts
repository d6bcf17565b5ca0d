import type { StampClass } from '../../api/index.js';

/**
 * The layout of native/arena.h: 32 records of 224 octets, then the payloads. All sockets share one arena, so a record and its
 * payload are valid only while the batch is delivered.
 */

const RECORD_OCTETS = 224;
const WORDS = RECORD_OCTETS / 4;
const LONGS = RECORD_OCTETS / 8;

/** Kinds of record. A fourth kind, without data, says that a network interface has changed. */
export const DATAGRAM = 0;
export const SENT = 1;
export const NETWORK_ERROR = 2;

const STAMPED_BY: readonly StampClass[] = ['user', 'kernel', 'hardware'];

/** Reads records. Addresses are text as inet_ntop(3) writes it. */
export class Arena {
  readonly buffer: ArrayBuffer;
  readonly #words: Int32Array;
  readonly #longs: BigInt64Array;
  readonly #text: Buffer;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.#longs = new BigInt64Array(buffer, 0, Math.floor(buffer.byteLength / 8));
    this.#text = Buffer.from(buffer);
  }

  /** Returns false when a handler has transferred the memory through a payload's `buffer`: the rest of the batch is lost. */
  intact = (): boolean => this.buffer.byteLength > 0;
  /** The stamp, ns, on the hardware clock that made it, otherwise on CLOCK_REALTIME. */
  time = (record: number): bigint => this.#longs[record * LONGS]!;
  /** CLOCK_MONOTONIC_RAW of the same moment, ns. */
  monotonic = (record: number): bigint => this.#longs[record * LONGS + 1]!;
  kind = (record: number): number => this.#words[record * WORDS + 4]!;
  /** A datagram's number, or an errno. */
  number = (record: number): number => this.#words[record * WORDS + 5]!;
  stampedBy = (record: number): StampClass => STAMPED_BY[this.#words[record * WORDS + 6]!]!;
  port = (record: number): number => this.#words[record * WORDS + 8]!;
  /** Returns true when the destination was a multicast or broadcast address: every socket on the port receives the datagram. */
  toMany = (record: number): boolean => this.#words[record * WORDS + 11] === 1;
  from = (record: number): string => this.#latin1(record * RECORD_OCTETS + 48, this.#words[record * WORDS + 9]!);
  to = (record: number): string => this.#latin1(record * RECORD_OCTETS + 160, this.#words[record * WORDS + 10]!);

  payload(record: number): Uint8Array {
    return new Uint8Array(this.buffer, this.#words[record * WORDS + 7], this.#words[record * WORDS + 5]);
  }

  #latin1(offset: number, length: number): string {
    return this.#text.toString('latin1', offset, offset + length);
  }
}

let current: Arena | undefined;

/** Returns the reader of this arena, which is nearly always the same one. */
export function arenaOf(buffer: ArrayBuffer): Arena {
  if (current?.buffer !== buffer) current = new Arena(buffer);
  return current;
}
