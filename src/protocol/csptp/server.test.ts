import { expect } from 'chai';
import { NO_ADDRESS } from '../ptp/index.js';
import { hexOf, octetsOf } from '../ptp/testing/hex.js';
import { request } from './request.js';
import { type CsptpReplyContext, encodeStatus, FOLLOW_UP_OCTETS, followUp, respond, syncKey } from './server.js';
import { CONTEXT, STATUS } from './testing/context.js';
import {
  FOLLOW_UP_DUMP,
  LONG_RESPONSE_DUMP,
  ONE_STEP_DUMP,
  ORG_REQUEST_DUMP,
  ORG_RESPONSE_DUMP,
  REQUEST_DUMP,
  RESPONSE_DUMP,
} from './testing/dumps.js';

const SHORT_STATUS = encodeStatus({ ...STATUS, parent: NO_ADDRESS }, 0xf002);

/** Returns the reply, written into a buffer that held other octets before. */
function reply(asked: Uint8Array, changes: Partial<CsptpReplyContext> = {}): Uint8Array {
  const buffer = new Uint8Array(512).fill(0xee);
  const length = respond(asked, asked.length, { ...CONTEXT, ...changes }, buffer);
  expect(buffer[Math.max(length, asked.length)]).to.equal(0xee);
  return buffer.subarray(0, length);
}

/** Returns the dump with the correction of 1500 ns that a transparent clock has added. */
function arrived(dump: Uint8Array): Uint8Array {
  const octets = dump.slice();
  octets.set([0x05, 0xdc], 12);
  return octets;
}

function altered(dump: Uint8Array, changes: Readonly<Record<number, number>>): Uint8Array {
  const octets = dump.slice();
  for (const [at, value] of Object.entries(changes)) octets[Number(at)] = value;
  return octets;
}

/** Returns a request followed by these TLVs. */
function withTlvs(tlvs: string): Uint8Array {
  const octets = new Uint8Array([...REQUEST_DUMP.subarray(0, 44), ...octetsOf(tlvs)]);
  octets[3] = octets.length;
  return octets;
}

describe('a CSPTP server answers octet by octet', () => {
  it('in two steps, with a status', () => {
    expect(hexOf(reply(arrived(REQUEST_DUMP), { status: SHORT_STATUS }))).to.equal(hexOf(RESPONSE_DUMP));
    expect(hexOf(reply(arrived(REQUEST_DUMP)))).to.equal(hexOf(LONG_RESPONSE_DUMP));
  });

  it('with the time of sending once it is known', () => {
    const into = new Uint8Array(60).fill(0xee);
    const { transmitSeconds, transmitNanoseconds } = CONTEXT;
    const length = followUp(syncKey(reply(REQUEST_DUMP)), transmitSeconds, transmitNanoseconds, into);
    // Without the correction that the transparent clock added later.
    const dump = altered(FOLLOW_UP_DUMP, { 12: 0, 13: 0 });
    expect(hexOf(into.subarray(0, length))).to.equal(hexOf(dump));
    expect(into[length]).to.equal(0xee);
    expect(() => followUp(syncKey(RESPONSE_DUMP), 0, 0, new Uint8Array(FOLLOW_UP_OCTETS - 1))).to.throw(RangeError);
  });

  it('in one step, without a status', () => {
    const asked = altered(arrived(REQUEST_DUMP), { 48: 0 });
    expect(hexOf(reply(asked, { steps: 1 }))).to.equal(hexOf(altered(ONE_STEP_DUMP, { 12: 0, 13: 0 })));
  });

  it('in the dialect of the request', () => {
    expect(hexOf(reply(arrived(ORG_REQUEST_DUMP)))).to.equal(hexOf(ORG_RESPONSE_DUMP));
  });

  it('with the configured number of the status TLV', () => {
    const status = encodeStatus(STATUS, 0xff02);
    expect(hexOf(reply(arrived(REQUEST_DUMP), { status }).subarray(66, 70))).to.equal('ff02001a');
    expect(hexOf(reply(arrived(ORG_REQUEST_DUMP), { status }).subarray(72, 76))).to.equal('ff020020');
  });

  it('with an alternate offset if the request asks for one', () => {
    const alternate = octetsOf('0009 0014 01 ffffb9b0 00000e10 000065f1a2b3 03 4d455a 00');
    expect(hexOf(reply(altered(REQUEST_DUMP, { 48: 2 }), { alternate }).subarray(66))).to.equal(hexOf(alternate));
    expect(reply(REQUEST_DUMP, { alternate })).to.have.length(96);
  });

  it('with the flags at either end of the four octets, and in any minor version', () => {
    expect(reply(altered(REQUEST_DUMP, { 48: 0, 51: 1 }))).to.have.length(96);
    expect(reply(altered(ORG_REQUEST_DUMP, { 57: 0, 54: 1 }))).to.have.length(108);
    expect(reply(altered(REQUEST_DUMP, { 1: 0x02 }))).to.have.length(96);
  });

  it('with seconds beyond 32 bits', () => {
    const octets = reply(REQUEST_DUMP, { receiveSeconds: 2 ** 40 + 5 });
    expect(hexOf(octets.subarray(48, 54))).to.equal('010000000005');
  });
});

describe('a CSPTP reply is never longer than its request', () => {
  const question = { sequenceId: 7, domain: 128, wantStatus: true, wantAlternate: false } as const;

  for (const dialect of ['plain', 'org'] as const) {
    it(`whatever the padding of the request (${dialect})`, () => {
      const response = dialect === 'org' ? 72 : 66;
      const status = dialect === 'org' ? 108 : 96;
      for (let length = 52; length <= 160; length++) {
        const asked = request({ ...question, dialect, length });
        const octets = reply(asked, { amplify: 'never' });
        expect(octets.length).to.be.at.most(asked.length);
        if (asked.length < response) expect(octets.length).to.equal(0);
        else expect(asked.length - octets.length, `${length}`).to.be.oneOf([0, 2, 4]);
        if (asked.length >= status) expect(hexOf(octets)).to.include(hexOf(CONTEXT.status[dialect]));
      }
    });
  }

  it('and never ends in a TLV without a value', () => {
    for (let length = 96; length <= 130; length += 2) {
      const octets = reply(request({ ...question, dialect: 'plain', length }), { amplify: 'never' });
      expect(hexOf(octets.subarray(-4)), `${length}`).not.to.equal('80080000');
    }
  });

  it('not even with a buffer that is shorter', () => {
    const asked = request({ ...question, dialect: 'plain', length: 128 });
    const lengths = [65, 66, 95, 96].map((room) => respond(asked, 128, CONTEXT, new Uint8Array(room)));
    expect(lengths).to.deep.equal([0, 66, 94, 96]);
  });
});

describe('a CSPTP server is silent', () => {
  const silent = (octets: Uint8Array) => expect(reply(octets)).to.have.length(0);

  it('to datagrams that are no Sync of CSPTP', () => {
    for (const changes of [{ 0: 0x38 }, { 0: 0x00 }, { 0: 0x10 }, { 0: 0x31 }, { 1: 0x11 }, { 5: 1 }]) {
      silent(altered(REQUEST_DUMP, changes));
    }
  });

  it('to answers, so that two servers cannot be made to answer each other', () => {
    silent(RESPONSE_DUMP);
    silent(ORG_RESPONSE_DUMP);
    silent(ONE_STEP_DUMP);
    silent(FOLLOW_UP_DUMP);
    silent(withTlvs('ff00 0004 01000000 ff01 0012 000000000000000000000000000000000000'));
  });

  it('to a Sync without exactly one request TLV', () => {
    silent(withTlvs(''));
    silent(withTlvs('8008 0004 00000000'));
    silent(withTlvs('ff00 0000'));
    silent(withTlvs('ff00 0004 01000000 ff00 0004 01000000'));
  });

  it('to TLVs of odd length, past the end or cut off', () => {
    silent(withTlvs('ff00 0003 010000'));
    silent(withTlvs('ff00 0006 01000000'));
    silent(withTlvs('ff00 0004 01000000 8008'));
    silent(altered(REQUEST_DUMP, { 3: 53 }));
    silent(REQUEST_DUMP.subarray(0, 51));
    silent(REQUEST_DUMP.subarray(0, 43));
  });

  it('if the given length is more than the octets that there are', () => {
    expect(respond(REQUEST_DUMP, 53, CONTEXT, new Uint8Array(200))).to.equal(0);
  });

  it('but not to unknown TLVs, nor to a last TLV of length zero', () => {
    expect(reply(withTlvs('ff00 0004 01000000 ff03 0000'))).to.have.length(96);
    expect(reply(withTlvs('8008 0000 ff00 0002 0100'))).to.have.length(96);
  });
});
