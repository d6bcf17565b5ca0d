import { writeUbxFrame } from './frame.js';

/**
 * Messages to a receiver. They change its volatile memory only, so that a restart of the receiver undoes them, and they never
 * touch the measurement rate.
 */

const CFG = 0x06;
const CFG_MSG = 0x01;
const CFG_VALSET = 0x8a;
const LAYER_RAM = 0x01;

/** Most keys of one CFG-VALSET (u-blox' interface descriptions of generation 9 and 10). */
const MOST_KEYS = 64;

/** Returns CFG-MSG: sends the message every `rate` epochs on the port that receives this; 0: never. Generations 5 to 8. */
export function writeCfgMsg(classId: number, messageId: number, rate: number): Uint8Array {
  if (!Number.isInteger(rate) || rate < 0 || rate > 255) throw new RangeError(`the rate ${rate} is not 0 to 255`);
  return writeUbxFrame(CFG, CFG_MSG, Uint8Array.of(classId, messageId, rate));
}

/** A key of the configuration interface and its value. Bits 28 to 30 of a key are the size of the value. */
export type UbxKeyValue = readonly [key: number, value: number | bigint];

/** Octets of a value by the size code of its key: one bit takes an octet. */
const OCTETS: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8 };

/** Returns CFG-VALSET into RAM. Generations 9 and later. Throws a RangeError for a key without a size, or a value beyond it. */
export function writeCfgValset(pairs: readonly UbxKeyValue[]): Uint8Array {
  if (pairs.length === 0 || pairs.length > MOST_KEYS)
    throw new RangeError(`${pairs.length} keys, not 1 to ${MOST_KEYS}`);
  const payload: number[] = [0, LAYER_RAM, 0, 0];
  for (const [key, value] of pairs) {
    const code = (key >>> 28) & 7;
    const octets = OCTETS[code];
    if (octets === undefined) throw new RangeError(`the key 0x${(key >>> 0).toString(16)} has no size`);
    const bits = code === 1 ? 1 : 8 * octets;
    const whole = BigInt(value);
    if (whole >= 1n << BigInt(bits) || whole < -(1n << BigInt(bits - 1)))
      throw new RangeError(`the value ${value} does not fit the key 0x${(key >>> 0).toString(16)}`);
    append(payload, BigInt(key >>> 0), 4);
    append(payload, BigInt.asUintN(bits, whole), octets);
  }
  return writeUbxFrame(CFG, CFG_VALSET, Uint8Array.from(payload));
}

/** Returns the question for a message: its frame without payload. */
export const writeUbxPoll = (classId: number, messageId: number): Uint8Array =>
  writeUbxFrame(classId, messageId, new Uint8Array(0));

function append(payload: number[], value: bigint, octets: number): void {
  for (let index = 0; index < octets; index++) payload.push(Number((value >> BigInt(8 * index)) & 0xffn));
}
