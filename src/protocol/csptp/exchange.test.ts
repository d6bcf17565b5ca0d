import { expect } from 'chai';
import type { LocalStamp } from '../../api/time.js';
import { hexOf } from '../ptp/testing/hex.js';
import { claimsOf, timescaleOf } from './claims.js';
import { type CsptpAnswer, CsptpExchange } from './exchange.js';
import { measure } from './measure.js';
import { type Question, request } from './request.js';
import { followUp, respond, syncKey } from './server.js';
import { CONTEXT, STATUS } from './testing/context.js';
import {
  FOLLOW_UP_DUMP,
  LONG_RESPONSE_DUMP,
  ONE_STEP_DUMP,
  ORG_REQUEST_DUMP,
  ORG_RESPONSE_DUMP,
  REQUEST_DUMP,
  RESPONSE_DUMP,
  T2,
  T3,
} from './testing/dumps.js';

const QUESTION: Question = {
  sequenceId: 7,
  domain: 128,
  dialect: 'plain',
  wantStatus: true,
  wantAlternate: false,
  length: 52,
};
const SECOND = 1_785_931_237_000_000_000n;
/** Returns a stamp of the local clock; its monotonic clock is 5 µs ahead of the fraction. */
const at = (nanoseconds: bigint): LocalStamp => ({ time: SECOND + nanoseconds, monotonic: nanoseconds + 5_000n });
const RECEIVED = at(250_047_000n);

/** Returns the answer that these datagrams make up, all stamped at one instant. */
function answer(...datagrams: readonly Uint8Array[]): CsptpAnswer {
  const exchange = new CsptpExchange(QUESTION);
  for (const datagram of datagrams) {
    const verdict = exchange.judge(datagram, RECEIVED);
    if (verdict.kind === 'answer') return verdict.answer;
  }
  throw new Error('No answer');
}

function altered(dump: Uint8Array, changes: Readonly<Record<number, number>>): Uint8Array {
  const octets = dump.slice();
  for (const [index, value] of Object.entries(changes)) octets[Number(index)] = value;
  return octets;
}

describe('a CSPTP request', () => {
  it('has its octets in the right places in either dialect', () => {
    expect(hexOf(request(QUESTION))).to.equal(hexOf(REQUEST_DUMP));
    expect(hexOf(request({ ...QUESTION, dialect: 'org' }))).to.equal(hexOf(ORG_REQUEST_DUMP));
    expect(request({ ...QUESTION, wantStatus: false, wantAlternate: true })[48]).to.equal(2);
  });

  it('is padded, but never with a TLV without a value', () => {
    const lengths = [52, 54, 56, 57, 58, 59, 128].map((length) => request({ ...QUESTION, length }).length);
    expect(lengths).to.deep.equal([52, 52, 52, 52, 58, 58, 128]);
    expect(hexOf(request({ ...QUESTION, length: 60 }).subarray(52))).to.equal('8008000400000000');
  });
});

describe('a CSPTP exchange', () => {
  it('reads an answer in two steps', () => {
    const { sync, transmit, received, outboundCorrection, inboundCorrection } = answer(RESPONSE_DUMP, FOLLOW_UP_DUMP);
    expect([sync.requestIngress, transmit, outboundCorrection, inboundCorrection]).to.deep.equal([
      T2,
      T3,
      1500n << 16n,
      700n << 16n,
    ]);
    expect(received).to.equal(RECEIVED);
    expect(sync.status).to.deep.equal({ ...STATUS, parent: { protocol: 0, address: new Uint8Array(0) } });
    expect(sync.dialect).to.equal('plain');
  });

  it('accepts the Follow_Up before the Sync', () => {
    const exchange = new CsptpExchange(QUESTION);
    expect(exchange.judge(FOLLOW_UP_DUMP)).to.deep.equal({ kind: 'waiting', for: 'sync' });
    expect(exchange.judge(RESPONSE_DUMP, RECEIVED).kind).to.equal('answer');
  });

  it('is complete with one step, whatever else came', () => {
    expect(answer(ONE_STEP_DUMP)).to.include({ transmit: T3, inboundCorrection: 700n << 16n });
    expect(answer(RESPONSE_DUMP, ONE_STEP_DUMP)).to.include({ inboundCorrection: 700n << 16n });
    expect(answer(FOLLOW_UP_DUMP, ONE_STEP_DUMP)).to.include({ inboundCorrection: 700n << 16n });
  });

  it('reads either dialect, either number of the status, and the parent address', () => {
    for (const dump of [LONG_RESPONSE_DUMP, ORG_RESPONSE_DUMP, altered(LONG_RESPONSE_DUMP, { 66: 0xff })]) {
      expect(answer(dump, FOLLOW_UP_DUMP).sync.status).to.deep.equal(STATUS);
    }
    expect(answer(ORG_RESPONSE_DUMP, FOLLOW_UP_DUMP).sync.dialect).to.equal('org');
  });

  it('refuses datagrams that are not its answer, with the reason', () => {
    const reasons: [Uint8Array, string][] = [
      [altered(RESPONSE_DUMP, { 31: 8 }), 'sequence'],
      [altered(FOLLOW_UP_DUMP, { 31: 8 }), 'sequence'],
      [altered(RESPONSE_DUMP, { 4: 129 }), 'domain'],
      [altered(RESPONSE_DUMP, { 0: 0x00 }), 'sdo'],
      [altered(FOLLOW_UP_DUMP, { 0: 0x39 }), 'length'],
      [altered(FOLLOW_UP_DUMP, { 0: 0x3c }), 'type'],
      [REQUEST_DUMP, 'response'],
      [altered(RESPONSE_DUMP, { 54: 0xff }), 'response'],
      [altered(RESPONSE_DUMP, { 66: 0xff, 67: 1 }), 'response'],
      [altered(FOLLOW_UP_DUMP, { 40: 0xff }), 'body'],
      [RESPONSE_DUMP.subarray(0, 87), 'length'],
    ];
    for (const [datagram, reason] of reasons) {
      expect(new CsptpExchange(QUESTION).judge(datagram, RECEIVED)).to.deep.equal({ kind: 'refused', reason });
    }
    expect(new CsptpExchange(QUESTION).judge(RESPONSE_DUMP)).to.deep.equal({ kind: 'refused', reason: 'stamp' });
  });

  it('accepts each part once', () => {
    const exchange = new CsptpExchange(QUESTION);
    exchange.judge(RESPONSE_DUMP, RECEIVED);
    const verdicts = [RESPONSE_DUMP, FOLLOW_UP_DUMP, FOLLOW_UP_DUMP, ONE_STEP_DUMP].map((datagram) =>
      exchange.judge(datagram, at(250_050_000n)),
    );
    expect(verdicts.map((verdict) => (verdict.kind === 'refused' ? verdict.reason : verdict.kind))).to.deep.equal([
      'duplicate',
      'answer',
      'settled',
      'settled',
    ]);
  });
});

describe('a CSPTP measurement', () => {
  const of = (sent: bigint, ...dumps: readonly Uint8Array[]) => measure(answer(...dumps), at(sent));

  it('is 1734 ns out and 622 ns in', () => {
    const expected = { outboundNs: 1734, inboundNs: 622, offsetNs: 556, meanPathDelayNs: 1178 };
    expect(of(249_998_000n, RESPONSE_DUMP, FOLLOW_UP_DUMP)).to.deep.equal(expected);
    expect(of(249_998_000n, ONE_STEP_DUMP)).to.deep.equal(expected);
  });

  it('has negative legs where the clocks differ by more than the delay', () => {
    expect(of(250_000_000n, RESPONSE_DUMP, FOLLOW_UP_DUMP)).to.deep.equal({
      outboundNs: -266,
      inboundNs: 622,
      offsetNs: -444,
      meanPathDelayNs: 178,
    });
  });

  it('keeps the fractions of both corrections', () => {
    const dumps = [altered(RESPONSE_DUMP, { 65: 1, 14: 0x40 }), altered(FOLLOW_UP_DUMP, { 14: 0x80 })];
    expect(of(249_998_000n, ...dumps)).to.include({ outboundNs: 1734 - 2 ** -16, inboundNs: 621.25 });
  });

  it('is refused when the times contradict each other', () => {
    const dumps = [RESPONSE_DUMP, FOLLOW_UP_DUMP];
    expect(of(250_004_000n, ...dumps)).to.equal('claims to have taken longer than the round trip');
    expect(of(250_002_000n, ...dumps)).to.equal('sent corrections of more than the round trip');
    const early = altered(FOLLOW_UP_DUMP, { 41: 0xe6, 42: 0xb7, 43: 0x51 });
    expect(of(249_998_000n, RESPONSE_DUMP, early)).to.equal('claims to have answered before it was asked');
    const large = altered(RESPONSE_DUMP, {
      58: 0x7f,
      ...Object.fromEntries([59, 60, 61, 62, 63, 64, 65].map((i) => [i, 0xff])),
    });
    expect(of(249_998_000n, large, FOLLOW_UP_DUMP)).to.equal('sent a correction that is too large');
    const set = { time: SECOND + 249_998_000n, monotonic: -2_000_000n };
    expect(measure(answer(...dumps), set)).to.equal('answered while the local clock was set');
  });
});

describe('the claims of a CSPTP server', () => {
  const { sync } = answer(RESPONSE_DUMP, FOLLOW_UP_DUMP);

  it('contain its quality, and TAI − UTC only when it is valid', () => {
    expect(claimsOf(sync)).to.deep.equal({
      synchronised: true,
      leap: 'none',
      traceable: true,
      clockClass: 6,
      clockAccuracy: 0x21,
      reference: '001122.fffe.334455',
    });
    const valid = { ...sync, flags: { ...sync.flags, currentUtcOffsetValid: true } };
    expect(claimsOf(valid).taiMinusUtc).to.equal(37);
    expect(claimsOf({ ...valid, status: undefined })).not.to.have.property('taiMinusUtc');
  });

  it('contain the announced leap second and the uncertainty', () => {
    const leaps = [0x01, 0x02, 0x03].map((bits) => claimsOf(answer(altered(ONE_STEP_DUMP, { 7: bits })).sync).leap);
    expect(leaps).to.deep.equal(['insert', 'delete', 'unknown']);
    expect(claimsOf(answer(altered(ONE_STEP_DUMP, { 7: 0x40 })).sync).synchronised).to.equal(false);
  });

  it('name TAI, or an arbitrary timescale with only a rate', () => {
    expect(timescaleOf(sync)).to.equal('tai');
    expect(timescaleOf(answer(altered(ONE_STEP_DUMP, { 7: 0x00 })).sync)).to.equal('arb');
  });
});

describe('client and server', () => {
  for (const dialect of ['plain', 'org'] as const) {
    for (const steps of [1, 2] as const) {
      it(`understand each other: ${dialect}, steps: ${steps}`, () => {
        const exchange = new CsptpExchange({ ...QUESTION, dialect, length: 128 });
        const sync = new Uint8Array(128);
        expect(respond(exchange.request, 128, { ...CONTEXT, amplify: 'never', steps }, sync)).to.equal(128);
        const last = new Uint8Array(44);
        followUp(syncKey(sync), CONTEXT.transmitSeconds, CONTEXT.transmitNanoseconds, last);
        const verdicts = [exchange.judge(sync, RECEIVED), exchange.judge(last)];
        const verdict = verdicts[steps - 1]!;
        if (verdict.kind !== 'answer') throw new Error(JSON.stringify(verdict));
        expect(verdict.answer.sync).to.deep.include({ dialect, status: STATUS, requestIngress: T2 });
        expect(verdict.answer.transmit).to.equal(T3);
      });
    }
  }
});
