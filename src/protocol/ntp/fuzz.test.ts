import { expect } from 'chai';
import { octetsOf } from '../address/index.js';
import { withKey } from './authentication.js';
import { evaluate } from './evaluate.js';
import { HEADER_OCTETS } from './header.js';
import { SymmetricKey } from './keys/symmetric-key.js';
import { request } from './request.js';
import { SentReplies } from './sent-replies.js';
import { type Admission, type ReplyContext, respond, SILENCES } from './server.js';

/** xorshift32: the same packets in every run. */
function generator(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

const ROUNDS = 100_000;
const COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const KEY = new SymmetricKey(7, 'AES128', new Uint8Array(16));
const KEYS = new Map([[KEY.number, KEY]]);
const ADMISSIONS: readonly Admission[] = ['serve', 'deny', 'rate'];

/** Returns a valid packet with some octets changed, cut or extended by fields that may be valid; or random octets. */
function mutate(good: Uint8Array, next: (below: number) => number): Uint8Array {
  if (next(8) === 0) return Uint8Array.from({ length: next(300) }, () => next(256));
  const packet = new Uint8Array(next(4) === 0 ? next(49) : HEADER_OCTETS + 4 * next(64));
  packet.set(good.subarray(0, packet.length));
  for (let at = HEADER_OCTETS; at + 4 <= packet.length; ) {
    const length = 4 * next(20);
    packet.set([next(4), next(8), 0, length], at);
    at += Math.max(4, length);
  }
  if (next(8) === 0 && packet.length > 1) packet[1] = next(20);
  for (let i = next(4); i > 0 && packet.length > 0; i--) packet[next(packet.length)] = next(256);
  return packet;
}

function reply(): Uint8Array {
  const packet = new Uint8Array(HEADER_OCTETS).fill(0x11);
  packet.set([0x24, 1, 6, 0xe9, 0, 0, 0, 0, 0, 0, 0, 0]);
  packet.set(COOKIE, 24);
  return packet;
}

describe('10⁵ mutated packets', () => {
  it('never make the server throw, write beyond its reply or answer longer than it was asked', () => {
    const next = generator(0xc0ffee);
    const outcomes = new Set<string>();
    const buffer = new Uint8Array(2048);
    const sentReplies = new SentReplies({ replies: 8, random: (octets) => new Uint8Array(octets) });
    const client = octetsOf('192.0.2.1')!;
    const newest = new Uint8Array(8);
    for (let i = 0; i < ROUNDS; i++) {
      const packet = mutate(request(COOKIE), next);
      if (next(8) === 0 && packet.length >= HEADER_OCTETS + 20) KEY.sign(packet, packet.length - 20);
      // A client in the interleaved mode names the last reply.
      if (next(4) === 0 && packet.length >= 32) packet.set(newest, 24);
      const before = packet.slice();
      const context: ReplyContext = {
        header: new Uint8Array(HEADER_OCTETS).fill(0x22),
        versions: next(256),
        admission: ADMISSIONS[next(3)]!,
        clientPort: next(2) === 0 ? 123 : next(65536),
        receiveSeconds: next(2 ** 32),
        receiveFraction: next(2 ** 32),
        transmitSeconds: next(2 ** 32),
        transmitFraction: next(2 ** 32),
        keys: KEYS,
        ...(next(2) === 0 ? { sentReplies, client } : {}),
      };
      buffer.fill(0xee, 0, packet.length + 64);
      const result = respond(packet, packet.length, context, buffer);
      const length = typeof result === 'string' ? 0 : result;
      if (context.sentReplies !== undefined && length > 0) {
        if (sentReplies.isInterleaved) outcomes.add('interleaved');
        newest.set(buffer.subarray(32, 40));
        if (next(8) > 0) sentReplies.stamp(sentReplies.ticket, next(2 ** 32), next(2 ** 32));
      }
      outcomes.add(
        typeof result === 'string'
          ? result
          : length === 48
            ? 'time'
            : length === 52
              ? 'crypto-NAK'
              : length < 84
                ? 'signed'
                : 'identifier',
      );
      if (length > packet.length) throw new Error(`round ${i}: ${length} octets for ${packet.length}`);
      if (buffer[Math.max(length, packet.length)] !== 0xee) throw new Error(`round ${i}: wrote beyond the request`);
      if (Buffer.compare(packet, before) !== 0) throw new Error(`round ${i}: changed the request`);
    }
    expect([...outcomes]).to.have.members([...SILENCES, 'time', 'crypto-NAK', 'signed', 'identifier', 'interleaved']);
  }).timeout(20_000);

  it('never make the client throw', () => {
    const next = generator(0xdecade);
    const kinds = new Set<string>();
    const asked = request(COOKIE);
    for (let i = 0; i < ROUNDS; i++) {
      const packet = mutate(reply(), next);
      kinds.add(evaluate(packet, asked).kind);
      evaluate(packet, asked, withKey(KEY));
    }
    expect([...kinds]).to.have.members(['refused', 'kiss', 'unusable', 'answer']);
  }).timeout(20_000);
});
