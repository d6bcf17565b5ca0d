import { Exchange, HEADER_OCTETS, Kisses, measure } from '../../../../src/protocol/ntp/index.js';
import { expectClean, expectFinite } from '../properties.js';
import { framesOf, joinFrames, outcomeOf, type Target } from '../target.js';

const COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const ORIGIN_AT = 24;
const sent = { time: 1_785_931_237_249_998_000n, monotonic: 0n };
const received = { time: 1_785_931_237_250_047_000n, monotonic: 49_000n };

function reply(): Uint8Array {
  const packet = new Uint8Array(HEADER_OCTETS);
  packet.set([0x24, 1, 6, 0xe9, 0, 0, 0, 0x10, 0, 0, 0, 0x20, 0x47, 0x50, 0x53, 0]);
  packet.set([0xed, 0xdd, 0xef, 0x80, 0, 0, 0, 1], 16);
  packet.set(COOKIE, ORIGIN_AT);
  packet.set([0xed, 0xdd, 0xef, 0xe5, 0x3f, 0xff, 0xc0, 0], 32);
  packet.set([0xed, 0xdd, 0xef, 0xe5, 0x40, 0, 0x10, 0], 40);
  return packet;
}

function changed(at: number, ...octets: readonly number[]): Uint8Array {
  const packet = reply();
  packet.set(octets, at);
  return packet;
}

const kiss = (code: string): Uint8Array => changed(0, 0xe4, 0, 6, 0xe9, 0, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(code));

/** The NTP client: replies with the request's origin timestamp, kisses of death, and measurements. */
export const target: Target = {
  seeds: [
    joinFrames([reply()]),
    joinFrames([changed(1, 16), reply()]),
    ...['DENY', 'RATE', 'RSTR', 'INIT', 'STEP', 'X\x1b[J'].map((code) => joinFrames([kiss(code), reply(), kiss(code)])),
    joinFrames([Uint8Array.from([...reply(), 1, 4, 0, 16, ...Array(12).fill(1)])]),
  ],
  form: 'frames',
  maxOctets: 1024,
  // The origin timestamp is the only secret. With it, inputs get past that check.
  repair: (octets, length) => {
    if (length >= HEADER_OCTETS) octets.set(COOKIE, ORIGIN_AT);
  },
  run: (input) => {
    const kisses = new Kisses();
    const words: string[] = [];
    for (const packet of framesOf(input)) {
      const verdict = new Exchange(COOKIE).judge(packet);
      words.push(verdict.kind);
      kisses.missedOne();
      if (verdict.kind === 'refused') words.push(verdict.reason);
      if (verdict.kind === 'kiss') {
        expectClean(verdict.code);
        kisses.take(verdict.code, 64e9);
      }
      if (verdict.kind === 'unusable' || verdict.kind === 'answer') {
        expectFinite(verdict.answer);
        expectClean(verdict.answer.reference);
      }
      if (verdict.kind === 'unusable') words.push(verdict.reason);
      if (verdict.kind !== 'answer') continue;
      kisses.answered();
      const measured = measure(verdict.answer, sent, received);
      if (typeof measured === 'string') words.push(measured);
      else expectFinite(measured);
    }
    if (!(kisses.minIntervalNs <= 2 ** 17 * 1e9)) throw new Error(`asks every ${kisses.minIntervalNs} ns`);
    return outcomeOf(...words.slice(-2), kisses.refusedBy);
  },
};
