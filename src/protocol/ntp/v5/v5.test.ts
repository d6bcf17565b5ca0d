import { expect } from 'chai';
import fc from 'fast-check';
import { type Answer, evaluate, type Verdict } from '../evaluate.js';
import { Exchange } from '../exchange.js';
import { HEADER_OCTETS, writeHeader } from '../header.js';
import { type ReplyContext, respond } from '../server.js';
import { toNtpTime } from '../timestamp.js';
import {
  DRAFT,
  eraOf,
  evaluateV5,
  FILTER_CHUNK_OCTETS,
  FILTER_OCTETS,
  FilterCollector,
  REQUEST_V5_OCTETS,
  ReferenceIdFilter,
  type ReplyContextV5,
  referenceIdOfAddress,
  requestV5,
  respondV5,
  UPGRADE_TIMESTAMP,
  VersionChoice,
} from './index.js';
import { fromEraTime, fromTime32, toTime32 } from './packet.js';

const COOKIE = Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2);
const NOW = 1_795_255_200_000_000_000n;
const S = 1_000_000_000n;
const POLL = 6;

const ask = (filterAt = 0): Uint8Array => requestV5(COOKIE, { pollLog2: POLL, filterAt });

function contextOf(over: Partial<ReplyContextV5> = {}): ReplyContextV5 {
  const header = new Uint8Array(HEADER_OCTETS);
  header.set([0x24, 2, 0, 0xec]);
  const [receive, transmit] = [toNtpTime(NOW), toNtpTime(NOW + 20_000n)];
  return {
    ...{ header, versions: 0b111110, admission: 'serve', clientPort: 40_000 },
    ...{ receiveSeconds: Number(receive >> 32n), receiveFraction: Number(receive & 0xffff_ffffn) },
    ...{ transmitSeconds: Number(transmit >> 32n), transmitFraction: Number(transmit & 0xffff_ffffn) },
    ...{ receiveEra: 0, rootDelayNs: 1_234_567, rootDispersionNs: 7654, isSmeared: false },
    filter: Uint8Array.from({ length: FILTER_OCTETS }, (_, i) => i & 0xff),
    ...over,
  };
}

function replyTo(request: Uint8Array, over: Partial<ReplyContextV5> = {}): Uint8Array {
  const reply = new Uint8Array(request.length);
  expect(respondV5(request, request.length, contextOf(over), reply)).to.equal(request.length);
  return reply;
}

const changed = (packet: Uint8Array, ...octets: readonly (readonly [at: number, octet: number])[]): Uint8Array => {
  const copy = packet.slice();
  for (const [at, octet] of octets) copy[at] = octet;
  return copy;
};

const judge = (...octets: readonly (readonly [at: number, octet: number])[]): Verdict =>
  evaluateV5(changed(replyTo(ask()), ...octets), ask());

function answerOf(verdict: Verdict): Answer {
  if (verdict.kind !== 'answer')
    throw new Error(JSON.stringify(verdict, (_, v) => (typeof v === 'bigint' ? `${v}` : v)));
  return verdict.answer;
}

const field = (type: number, length: number, octets: number, first: readonly number[] = []): Uint8Array =>
  Uint8Array.from({ length: octets }, (_, i) => [type >> 8, type & 0xff, length >> 8, length & 0xff, ...first][i] ?? 0);

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

describe('NTPv5 (draft-ietf-ntp-ntpv5-09)', () => {
  it('a request shows nothing of the client but its poll interval, and all have one length', () => {
    const request = ask(64);
    expect(request).to.have.length(REQUEST_V5_OCTETS);
    expect([...request.subarray(0, 24)]).to.deep.equal([0x2b, 0, POLL, ...Array(21).fill(0)]);
    expect([...request.subarray(24, 32)]).to.deep.equal([...COOKIE]);
    expect(request.subarray(32, 48).every((octet) => octet === 0)).to.equal(true);
    expect([...request.subarray(48, 52)]).to.deep.equal([0xf5, 0xff, 0, 27]);
    expect(Buffer.from(request.subarray(52, 75)).toString('ascii')).to.equal(DRAFT);
    expect([...request.subarray(76, 84)]).to.deep.equal([0xf5, 0x03, 0, 68, 0, 64, 0, 0]);
  });

  it('a reply has the server’s fields, and its length is that of the request (G8)', () => {
    const answer = answerOf(judge());
    expect(answer).to.include({ version: 5, stratum: 2, leap: 'none', receive: NOW, isInterleaved: false });
    expect(answer.transmit - answer.receive).to.equal(20_000n);
    expect(answer.rootDelayNs).to.be.closeTo(1_234_567, 4);
    expect(answer.rootDispersionNs).to.be.closeTo(7654, 4);
    expect(answer.pollLog2).to.equal(POLL);
  });

  it('an answer must repeat the client cookie (G1), be of version 5 and mode 4', () => {
    for (let at = 24; at < 32; at++) expect(judge([at, 0xaa])).to.deep.equal({ kind: 'refused', reason: 'origin' });
    expect(judge([0, 0x24])).to.deep.equal({ kind: 'refused', reason: 'version' });
    expect(judge([0, 0x2b])).to.deep.equal({ kind: 'refused', reason: 'mode' });
    const exchange = new Exchange(COOKIE, { v5: { pollLog2: POLL, filterAt: 0 } });
    expect(exchange.judge(replyTo(exchange.request)).kind).to.equal('answer');
    expect(exchange.judge(replyTo(exchange.request))).to.deep.equal({ kind: 'refused', reason: 'duplicate' });
    expect(exchange.isMeantBy(replyTo(exchange.request))).to.equal(true);
    expect([...exchange.mark]).to.deep.equal([...COOKIE]);
    expect(exchange.markAt).to.equal(24);
  });

  it('both sides name the same draft, or ignore the other (G3)', () => {
    for (let at = 52; at < 75; at++) {
      expect(judge([at, 0x2a])).to.deep.equal({ kind: 'refused', reason: 'draft' });
      expect(respondV5(changed(ask(), [at, 0x2a]), REQUEST_V5_OCTETS, contextOf(), new Uint8Array(1600))).to.equal(
        'version',
      );
    }
    expect(evaluateV5(replyTo(ask()).subarray(0, HEADER_OCTETS), ask())).to.deep.equal({
      kind: 'refused',
      reason: 'draft',
    });
    expect(respondV5(ask(), HEADER_OCTETS, contextOf(), new Uint8Array(1600))).to.equal('version');
  });

  it('kisses of death: stratum 0 with a longer interval, never, or an authentication NAK (G5)', () => {
    const kissOf = (over: Partial<ReplyContextV5>) => evaluateV5(replyTo(ask(), over), ask());
    expect(kissOf({ admission: 'rate' })).to.deep.equal({ kind: 'kiss', code: 'RATE' });
    expect(kissOf({ admission: 'deny' })).to.deep.equal({ kind: 'kiss', code: 'DENY' });
    expect(judge([15, 5])).to.deep.equal({ kind: 'kiss', code: 'NTSN' });
    expect(judge([1, 0])).to.deep.include({ kind: 'unusable', reason: 'says it is not synchronised (stratum 16)' });
    const refusal = replyTo(ask(), { admission: 'rate' });
    expect(refusal[2]).to.equal(POLL + 1);
    expect(refusal.subarray(32, 48).every((octet) => octet === 0)).to.equal(true);
    expect(replyTo(changed(ask(), [2, 126]), { admission: 'rate' })[2]).to.equal(126);
  });

  it('the server may state a longer poll interval (G6)', () => {
    expect(answerOf(judge([2, 10])).pollLog2).to.equal(10);
    expect(answerOf(judge([2, 0xfe])).pollLog2).to.equal(-2);
  });

  it('the filter comes in parts, of the server itself and the servers that it follows (G7)', () => {
    const filter = new ReferenceIdFilter();
    const ids = ['192.0.2.1', '2001:db8::1', '198.51.100.7'].map((address) => referenceIdOfAddress(address)!);
    const other = new ReferenceIdFilter();
    other.add(ids[1]!);
    filter.add(ids[0]!);
    filter.merge(other);
    const collector = new FilterCollector();
    for (let n = 0; n < FILTER_OCTETS / FILTER_CHUNK_OCTETS; n++) {
      expect(collector.filter).to.equal(undefined);
      const request = ask(collector.next);
      collector.take(answerOf(evaluateV5(replyTo(request, { filter: filter.octets }), request)).filterPart);
    }
    expect(collector.filter!.octets).to.deep.equal(filter.octets);
    expect(ids.map((id) => collector.filter!.has(id))).to.deep.equal([true, true, false]);
    expect(collector.next).to.equal(0);
    collector.take(undefined);
    expect(collector.filter).to.equal(undefined);
  });

  it('ten bits of 12 bits each name a reference ID, the lowest bit of an octet first', () => {
    const filter = new ReferenceIdFilter();
    filter.add(Uint8Array.of(0x00, 0x00, 0x01, 0x00, 0x80, 0x0f, 0xff, 0xff, 0xf0, 0x00, 0, 0, 0, 0, 0));
    const bits = [...Array(4096).keys()].filter((bit) => (filter.octets[bit >> 3]! & (1 << (bit & 7))) !== 0);
    expect(bits).to.deep.equal([0x000, 0x001, 0x008, 0x00f, 0xff0, 0xfff].sort((a, b) => a - b));
  });

  it('a filter part beyond the filter becomes padding, and so do unknown fields (G8, G11)', () => {
    const draft = field(0xf5ff, 27, 28, [...Buffer.from(DRAFT)]);
    const request = joined(
      ask().subarray(0, HEADER_OCTETS),
      ...[field(0xf503, 68, 68, [1, 0xc1]), field(0xf503, 5, 8, [0]), field(0xf503, 4, 4), field(0x1234, 4, 4)],
      ...[field(0xf505, 8, 8), field(0xf505, 9, 12), draft, field(0xf503, 10, 12, [1, 0])],
    );
    const reply = replyTo(request);
    const types: number[] = [];
    for (let at = HEADER_OCTETS; at < reply.length; at += (reply[at + 3]! + 3) & ~3)
      types.push((reply[at]! << 8) | reply[at + 1]!);
    expect(types).to.deep.equal([0xf501, 0xf501, 0xf501, 0xf501, 0xf505, 0xf501, 0xf5ff, 0xf504]);
    expect([...reply.subarray(-12)]).to.deep.equal([0xf5, 0x04, 0, 10, 0, 1, 2, 3, 4, 5, 0, 0]);
    const information = reply.subarray(HEADER_OCTETS + 84, HEADER_OCTETS + 92);
    expect([...information]).to.deep.equal([0xf5, 0x05, 0, 8, 0, 0b11111, 0, 0]);
  });

  it('malformed fields, unknown flags and timescales are refused on both sides (G9, G11)', () => {
    const out = new Uint8Array(1600);
    const served = (packet: Uint8Array) => respondV5(packet, packet.length, contextOf(), out);
    for (const wrong of [field(0xf501, 3, 4), field(0xf501, 9, 8), field(0xf501, 65_535, 8), Uint8Array.of(0xf5, 1)]) {
      expect(served(joined(ask(), wrong))).to.equal('extension');
      expect(evaluateV5(joined(replyTo(ask()), wrong), ask())).to.deep.equal({ kind: 'refused', reason: 'extension' });
    }
    for (const [at, octet] of [
      [14, 1],
      [15, 8],
      [12, 4],
    ] as const) {
      expect(served(changed(ask(), [at, octet]))).to.equal('extension');
      expect(judge([at, octet])).to.deep.equal({ kind: 'refused', reason: 'fields' });
    }
    expect(judge([1, 17])).to.deep.equal({ kind: 'refused', reason: 'stratum' });
    for (let mode = 0; mode < 8; mode++)
      if (mode !== 3) expect(served(changed(ask(), [0, 0x28 | mode]))).to.equal('mode');
  });

  for (const [what, octets, reason] of [
    ['a flag', [[15, 0]], 'says it is not synchronised (flags)'],
    ['the leap indicator', [[0, 0xec]], 'says it is not synchronised (leap indicator 3)'],
    ['TAI', [[12, 1]], 'serves TAI instead of UTC'],
    ['UT1', [[12, 2]], 'serves UT1 instead of UTC'],
    ['smeared leap seconds', [[12, 3]], 'serves leap-smeared UTC instead of UTC'],
    ['the interleaved mode', [[15, 3]], 'answers in the interleaved mode, which it was not asked for'],
    [
      'a root dispersion of 16 s',
      [
        [8, 0xff],
        [9, 0xff],
        [4, 0xff],
      ],
      'is 16 s or more from its reference',
    ],
    ['a transmit timestamp before', [[43, 0]], 'claims to have answered before it was asked'],
  ] as const)
    it(`time that cannot be used: ${what} (G9)`, () => {
      expect(judge(...octets)).to.deep.include({ kind: 'unusable', reason });
    });

  it('a server that is not synchronised says so, and one that smears leap seconds', () => {
    const header = new Uint8Array(HEADER_OCTETS);
    header[0] = 0xe4;
    const reply = replyTo(ask(), { header });
    expect([reply[0], reply[1], reply[15]]).to.deep.equal([0xec, 16, 0]);
    expect(evaluateV5(reply, ask()).kind).to.equal('unusable');
    expect(replyTo(ask(), { isSmeared: true })[12]).to.equal(3);
  });

  it('the era tells the time in any century, and the transmit timestamp may be in the next one', () => {
    const turn = 2_085_978_496n;
    for (const at of [0n, turn * S - 5_000n, turn * S + 1n, 4_000_000_000n * S, 40_000_000_000n * S]) {
      const [receive, transmit] = [toNtpTime(at), toNtpTime(at + 20_000n)];
      const request = ask();
      const answer = answerOf(
        evaluateV5(
          replyTo(request, {
            ...{ receiveSeconds: Number(receive >> 32n), receiveFraction: Number(receive & 0xffff_ffffn) },
            ...{ transmitSeconds: Number(transmit >> 32n), transmitFraction: Number(transmit & 0xffff_ffffn) },
            receiveEra: eraOf(Number(at / S)),
          }),
          request,
        ),
      );
      expect(answer.receive).to.equal(at);
      expect(Number(answer.transmit - at)).to.be.closeTo(20_000, 1);
    }
    expect(fromEraTime(0n, 1)).to.equal(turn * S);
  });

  it('root delay and dispersion are never stated too small', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 15.99e9, noNaN: true }), (ns) => {
        expect(fromTime32(toTime32(ns))).to.be.within(ns * (1 - 1e-12), ns + 3.8);
      }),
    );
    expect([toTime32(-5), toTime32(1e12), toTime32(Number.POSITIVE_INFINITY)]).to.deep.equal([
      0,
      2 ** 32 - 1,
      2 ** 32 - 1,
    ]);
  });
});

describe('the change from NTPv4 to NTPv5 (G4)', () => {
  const probe = (): Exchange => new Exchange(COOKIE, { probesV5: true });

  it('the request asks by its reference timestamp, and a server that speaks NTPv5 repeats it', () => {
    const { request } = probe();
    expect(Buffer.from(request.subarray(16, 24)).toString('ascii')).to.equal('NTP5DRFT');
    for (const [versions, speaks] of [
      [0b111110, true],
      [0b011110, false],
    ] as const) {
      const header = new Uint8Array(HEADER_OCTETS);
      writeHeader(
        {
          ...{ leap: 'none', version: 4, mode: 4, stratum: 1, pollLog2: 0, precisionLog2: -20, refid: 0x47505300 },
          ...{
            rootDelayNs: 0,
            rootDispersionNs: 0,
            reference: toNtpTime(NOW - S),
            origin: 0n,
            receive: 0n,
            transmit: 0n,
          },
        },
        header,
      );
      const context: ReplyContext = { ...contextOf({ versions }), header };
      const reply = new Uint8Array(HEADER_OCTETS);
      respond(request, HEADER_OCTETS, context, reply);
      const answer = answerOf(evaluate(reply, request));
      expect(answer.speaksV5).to.equal(speaks);
      expect(answer.referenceTime).to.equal(speaks ? undefined : NOW - S);
    }
  });

  const answer = (version: number, speaksV5 = false): Answer => ({ version, speaksV5 }) as Answer;

  it('with "auto", eight requests ask, and NTPv5 is spoken after the first answer that says yes', () => {
    const never = new VersionChoice('auto');
    for (let n = 0; n < 8; n++) {
      expect(never.probes).to.equal(true);
      never.answered(answer(4));
    }
    expect([never.version, never.probes]).to.deep.equal([4, false]);
    never.answered(answer(4, true));
    expect(never.version).to.equal(4);
    const choice = new VersionChoice('auto');
    choice.answered(answer(4, true));
    expect([choice.version, choice.probes]).to.deep.equal([5, false]);
  });

  it('two lost answers in a row lead back to NTPv4; the server is asked again only if it had spoken NTPv5', () => {
    for (const hadSpoken of [true, false]) {
      const choice = new VersionChoice('auto');
      choice.answered(answer(4, true));
      if (hadSpoken) choice.answered(answer(5));
      choice.missedOne();
      expect(choice.version).to.equal(5);
      choice.missedOne();
      expect([choice.version, choice.probes]).to.deep.equal([4, hadSpoken]);
    }
  });

  it('a version that the configuration sets stays', () => {
    for (const version of [4, 5] as const) {
      const choice = new VersionChoice(version);
      for (let n = 0; n < 9; n++) choice.missedOne();
      choice.answered(answer(4, true));
      expect([choice.version, choice.probes]).to.deep.equal([version, false]);
    }
  });
});

it('UPGRADE_TIMESTAMP is NTP5DRFT', () => {
  expect(Buffer.from(UPGRADE_TIMESTAMP.toString(16), 'hex').toString('ascii')).to.equal('NTP5DRFT');
});
