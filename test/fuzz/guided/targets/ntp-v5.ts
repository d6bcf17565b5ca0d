import {
  type Admission,
  evaluateV5,
  FilterCollector,
  HEADER_OCTETS,
  requestV5,
  respondV5,
} from '../../../../src/protocol/ntp/index.js';
import { expectFinite } from '../properties.js';
import { outcomeOf, type Target } from '../target.js';

const ADMISSIONS: readonly Admission[] = ['serve', 'deny', 'rate'];
const GUARD = 0xee;
const COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const COOKIE_AT = 24;
const asked = requestV5(COOKIE, { pollLog2: 6, filterAt: 64 });
const out = new Uint8Array(2048);
const header = new Uint8Array(HEADER_OCTETS);
header.set([0x24, 1, 6, 0xec]);

/** The next second belongs to another era. */
const context = {
  ...{
    header,
    versions: 0b111110,
    admission: 'serve' as Admission,
    clientPort: 40_000,
    filter: new Uint8Array(512).fill(7),
  },
  ...{ receiveSeconds: 0xffffffff, receiveFraction: 0xffffffff, transmitSeconds: 0, transmitFraction: 0 },
  ...{ receiveEra: 0, rootDelayNs: 1e6, rootDispersionNs: 1e6, isSmeared: false },
};

function replyTo(request: Uint8Array): Uint8Array {
  const reply = new Uint8Array(request.length);
  respondV5(request, request.length, context, reply);
  return reply;
}

const field = (type: number, length: number, octets: number): number[] => [
  ...[type >> 8, type & 0xff, length >> 8, length & 0xff],
  ...Array(octets - 4).fill(0),
];
const withFields = (packet: Uint8Array, ...fields: readonly number[][]): Uint8Array =>
  Uint8Array.from([...packet, ...fields.flat()]);

/** Judges a reply, and collects its part of the filter. */
function judged(packet: Uint8Array): string {
  const verdict = evaluateV5(packet, asked);
  if (verdict.kind === 'refused') return verdict.reason;
  if (verdict.kind === 'kiss') return verdict.code;
  expectFinite(verdict.answer);
  new FilterCollector().take(verdict.answer.filterPart);
  return verdict.kind === 'answer' ? `answer ${verdict.answer.filterPart !== undefined}` : verdict.reason;
}

/**
 * NTPv5, both sides. The first octet chooses: the server, whose reply has the length of the request and does not change it; or the
 * client.
 */
export const target: Target = {
  seeds: [
    ...[
      asked,
      withFields(asked, field(0xf505, 8, 8), field(0x1234, 5, 8)),
      withFields(asked, field(0xf501, 100, 100)),
    ].flatMap((packet) => [0, 1, 2].map((admission) => Uint8Array.from([admission, ...packet]))),
    ...[replyTo(asked), withFields(replyTo(asked), field(0xf505, 8, 8))].map((packet) =>
      Uint8Array.from([0x80, ...packet]),
    ),
  ],
  form: 'octets',
  maxOctets: 1024,
  // The cookie is the only secret. With it, inputs get past that check.
  repair: (octets, length) => {
    if (length > HEADER_OCTETS) octets.set(COOKIE, 1 + COOKIE_AT);
  },
  run: (input) => {
    if (input.length === 0) return 0;
    const packet = input.subarray(1);
    if (input[0]! >= 0x80) return outcomeOf(judged(packet));
    context.admission = ADMISSIONS[input[0]! % 3]!;
    const { length } = packet;
    out.fill(GUARD, 0, length + 64);
    const result = respondV5(packet, length, context, out);
    if (typeof result === 'number' && result !== length) throw new Error(`${result} octets for ${length}`);
    if (out[length] !== GUARD) throw new Error('wrote beyond the request');
    if (typeof result === 'number') evaluateV5(out.subarray(0, result), asked);
    return outcomeOf(result === length ? 'reply' : result, context.admission);
  },
};
