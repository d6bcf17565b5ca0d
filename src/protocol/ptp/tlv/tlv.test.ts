import { expect } from 'chai';
import { decode, encode } from '../codec.js';
import type { Message } from '../message.js';
import { hexOf, octetsOf } from '../testing/hex.js';
import { findTlv, type Tlv } from './index.js';

const SIGNALING = octetsOf(
  '0c12002c 0000 0000 0000000000000000 00000000 001122fffe334455 0001 0000 00 7f ffffffffffffffff ffff',
);

/** A Signaling message with these TLV octets. */
function carrying(tlvs: string): Uint8Array {
  const chain = octetsOf(tlvs);
  const octets = new Uint8Array([...SIGNALING, ...chain]);
  octets[2] = octets.length >> 8;
  octets[3] = octets.length;
  return octets;
}

const DUMPS: readonly (readonly [string, Tlv])[] = [
  ['0001 0002 2000', { kind: 'management', id: 0x2000, data: new Uint8Array(0) }],
  ['0001 0004 2005 8000', { kind: 'management', id: 0x2005, data: Uint8Array.of(0x80, 0) }],
  ['0002 0008 0002 c0ff 00000000', { kind: 'management-error', error: 2, id: 0xc0ff, display: '' }],
  ['0002 000c 0006 2001 00000000 02 6e6f 00', { kind: 'management-error', error: 6, id: 0x2001, display: 'no' }],
  [
    '0008 0010 001122fffe334455 aabbccfffeddeeff',
    { kind: 'path-trace', path: ['001122fffe334455', 'aabbccfffeddeeff'] },
  ],
  ['0008 0000', { kind: 'path-trace', path: [] }],
  [
    '0009 0014 01 ffffb9b0 00000e10 000065f1a2b3 03 4d455a 00',
    { kind: 'alternate-time-offset', key: 1, offsetS: -18000, jumpS: 3600, nextJumpS: 0x65f1a2b3, name: 'MEZ' },
  ],
  ['8007 0004 fffffffe', { kind: 'cumulative-rate-ratio', scaledRateOffset: -2 }],
  ['8008 0006 000000000000', { kind: 'pad', octets: 6 }],
  [
    '8009 000a 01 02 00000003 deadbeef',
    {
      kind: 'authentication',
      securityPolicy: 1,
      parameterIndicator: 2,
      keyId: 3,
      data: Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
    },
  ],
  ['0004 0006 b0 fd 0000012c', { kind: 'request-unicast', messageType: 0xb, logInterval: -3, durationS: 300 }],
  [
    '0005 0008 90 fc 0000012c 00 01',
    { kind: 'grant-unicast', messageType: 9, logInterval: -4, durationS: 300, flags: { renewalInvited: true } },
  ],
  ['0006 0002 b1 00', { kind: 'cancel-unicast', messageType: 0xb, maintainRequest: true, maintainGrant: false }],
  [
    '0007 0002 02 00',
    { kind: 'acknowledge-cancel-unicast', messageType: 0, maintainRequest: false, maintainGrant: true },
  ],
  [
    '0003 001c 0080c2 000001 fffffc18 0007 ffffffffffffffffffff8000 00000064',
    {
      kind: 'follow-up-information',
      cumulativeScaledRateOffset: -1000,
      gmTimeBaseIndicator: 7,
      lastGmPhaseChange: -0x8000n,
      scaledLastGmFreqChange: 100,
    },
  ],
  [
    '0003 000c 0080c2 000002 80 7e 7f 03 0000',
    {
      kind: 'message-interval-request',
      linkDelay: -128,
      timeSync: 126,
      announce: 127,
      flags: { computeNeighborRateRatio: true, computeMeanLinkDelay: true, oneStepReceiveCapable: false },
    },
  ],
  ['8000 000c 0080c2 000004 ff 00 00000000', { kind: 'gptp-capable', logInterval: -1, flags: 0 }],
  ['8000 000a 0080c2 000005 7f 000000', { kind: 'gptp-capable-interval-request', logInterval: 127 }],
  [
    '0003 0012 0019a7 000002 000000003b9aca00 0008 0010',
    { kind: 'interface-rate', bitPeriodAs: 1_000_000_000n, bitsBeforeTimestamp: 8, bitsAfterTimestamp: 16 },
  ],
  [
    '0003 0012 1c129d 000001 00fe 000000fa 00000064 0000',
    { kind: 'power-2011', grandmasterId: 254, grandmasterInaccuracyNs: 250, networkInaccuracyNs: 100 },
  ],
  [
    '0003 0012 1c129d 000002 00fe 00000000 000000fa 0000',
    { kind: 'power-2017', grandmasterId: 254, totalInaccuracyNs: 250 },
  ],
  [
    '4000 0008 1a75fb 000001 abcd',
    { kind: 'organization', type: 0x4000, organization: 0x1a75fb, subtype: 1, data: Uint8Array.of(0xab, 0xcd) },
  ],
  ['7f00 0002 abcd', { kind: 'raw', type: 0x7f00, data: Uint8Array.of(0xab, 0xcd) }],
];

describe('TLVs octet by octet', () => {
  for (const [dump, tlv] of DUMPS) {
    it(`${tlv.kind} ${dump.slice(0, 9)}`, () => {
      const octets = carrying(dump);
      const message = decode(octets) as Message;
      expect(message.tlvs).to.deep.equal([tlv]);
      const buffer = new Uint8Array(128).fill(0xff);
      expect(hexOf(buffer.subarray(0, encode(message, buffer)))).to.equal(hexOf(octets));
    });
  }

  it('come in any number, a zero-length one last too', () => {
    const message = decode(carrying('ff00 0000 0008 0008 001122fffe334455 8008 0000')) as Message;
    expect(message.tlvs.map(({ kind }) => kind)).to.deep.equal(['raw', 'path-trace', 'pad']);
    expect(findTlv(message.tlvs, 'path-trace')?.path).to.deep.equal(['001122fffe334455']);
    expect(findTlv(message.tlvs, 'power-2017')).to.equal(undefined);
  });

  it('may be longer than their fields, or end before their reserved octets', () => {
    const kinds = (dump: string) => (decode(carrying(dump)) as Message).tlvs;
    expect(kinds('8007 0006 00000001 ffff')).to.deep.equal([{ kind: 'cumulative-rate-ratio', scaledRateOffset: 1 }]);
    expect(kinds('0003 000a 0080c2 000002 00 00 00 00')).to.have.length(1);
  });

  it('do not include the two checksum octets of IPv6', () => {
    expect((decode(carrying('0000')) as Message).tlvs).to.deep.equal([]);
  });
});

describe('a message is refused for a TLV', () => {
  const refused = (dump: string, type: number) =>
    expect(decode(carrying(dump))).to.deep.equal({ kind: 'rejected', reason: 'tlv', detail: type });

  it('that is cut off', () => refused('0008 0010 001122fffe334455', 8));
  it('of odd length', () => refused('ff00 0001 00 00', 0xff00));
  it('that is shorter than its fields', () => {
    refused('0004 0004 b0fd 0000', 4);
    refused('0003 001a 0080c2 000001 00000000 0000 000000000000000000000000 0000', 3);
    refused('8000 0004 0080c2 00', 0x8000);
  });
  it('whose path ends within an identity', () => refused('0008 000a 001122fffe334455 aabb', 8));
  it('whose text is longer than itself', () => refused('0009 0010 01 00000000 00000000 000000000000 03', 9));
});
