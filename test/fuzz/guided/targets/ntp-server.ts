import { octetsOf } from '../../../../src/protocol/address/index.js';
import {
  type Admission,
  HEADER_OCTETS,
  interleavedRequest,
  request,
  respond,
  SentReplies,
  SymmetricKey,
} from '../../../../src/protocol/ntp/index.js';
import { outcomeOf, type Target } from '../target.js';

const ADMISSIONS: readonly Admission[] = ['serve', 'deny', 'rate'];
const GUARD = 0xee;
const reply = new Uint8Array(2048);
const header = new Uint8Array(HEADER_OCTETS).fill(0x22);

const key = new SymmetricKey(7, 'AES128', new Uint8Array(16));
const client = octetsOf('192.0.2.1')!;

/** Returns the memory of a server that has sent one reply, whose receive timestamp is 1 · 2^32 + 3. */
function oneSent(): SentReplies {
  const sentReplies = new SentReplies({ replies: 8, random: (octets) => new Uint8Array(octets) });
  sentReplies.begin();
  sentReplies.save(client, 1, 3);
  sentReplies.stamp(sentReplies.ticket, 1, 4);
  return sentReplies;
}

/** The next second belongs to another era. */
const context = {
  ...{ header, versions: 0, admission: 'serve' as Admission, clientPort: 0 },
  ...{ keys: new Map([[key.number, key]]), client, sentReplies: oneSent() },
  ...{ receiveSeconds: 0xffffffff, receiveFraction: 0xffffffff, transmitSeconds: 0, transmitFraction: 0 },
};

const cookie = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const asked = request(cookie);
const withFields = (...fields: readonly number[][]): Uint8Array => Uint8Array.from([...asked, ...fields.flat()]);
const field = (type: number, octets: number): number[] => [
  type >> 8,
  type & 0xff,
  octets >> 8,
  octets & 0xff,
  ...Array(octets - 4).fill(7),
];
const versioned = (version: number, mode: number): Uint8Array => {
  const packet = asked.slice();
  packet[0] = (version << 3) | mode;
  return packet;
};

const signed = (): Uint8Array => {
  const packet = withFields(Array(20).fill(0));
  key.sign(packet, HEADER_OCTETS);
  return packet;
};

/** The NTP server. It does not throw, does not write beyond the request, and its answer is not longer than the request. */
export const target: Target = {
  // Two octets precede the request: one for access and versions, one for half of the client's port.
  seeds: [
    ...[asked, versioned(3, 3), versioned(1, 0), versioned(4, 1), versioned(2, 3)],
    ...[withFields(field(0x0104, 36)), withFields(field(0x0104, 36), field(0x0204, 104)), withFields([0, 0, 0, 1])],
    withFields([0, 0, 0, 1, ...Array(16).fill(3)]),
    ...[signed(), interleavedRequest(Uint8Array.from([...cookie, ...cookie.toReversed()]), (1n << 32n) | 3n)],
  ].map((packet) => Uint8Array.from([0x1e, 0x40, ...packet])),
  form: 'octets',
  maxOctets: 1024,
  run: (input) => {
    if (input.length < 2) return 0;
    const packet = input.subarray(2);
    context.versions = input[0]!;
    context.admission = ADMISSIONS[input[1]! % 3]!;
    context.clientPort = input[1]! > 127 ? 123 : 4711;
    // Every input meets the same memory. Making it is slow, and only an odd origin timestamp can change it.
    if (packet.length >= HEADER_OCTETS && (packet[31]! & 1) === 1) context.sentReplies = oneSent();
    const { length } = packet;
    reply.fill(GUARD, 0, length + 64);
    const result = respond(packet, length, context, reply);
    const written = typeof result === 'string' ? 0 : result;
    if (written > length) throw new Error(`${written} octets for ${length}`);
    if (reply[Math.max(written, length)] !== GUARD) throw new Error('wrote beyond the request');
    return outcomeOf(result, input[1]! % 3, typeof result === 'number' && context.sentReplies.isInterleaved);
  },
};
