import { expect } from 'chai';
import { decode, encode } from './codec.js';
import { NO_FLAGS } from './flags.js';
import type { PtpHeader } from './header.js';
import type { Message } from './message.js';
import { hexOf, octetsOf } from './testing/hex.js';

const PORT = { clock: '001122fffe334455', port: 1 };
const OTHER = { clock: 'aabbccfffeddeeff', port: 0x0203 };
/** 2026-08-05T12:00:00.250001234 UTC + 37 s */
const TIME = 1_785_931_237_250_001_234n;
const STAMP = '00006a7325e5 0ee6b752';
const OTHER_PORT = 'aabbccfffeddeeff 0203';

const HEADER: PtpHeader = {
  sdoId: 0x100,
  minorVersion: 1,
  domain: 24,
  flags: { ...NO_FLAGS, twoStep: true, ptpTimescale: true },
  correction: 0x18000n,
  typeSpecific: 0xdeadbeef,
  source: PORT,
  sequenceId: 0x1234,
  logInterval: -3,
};

/** Returns the header above with another first octet and length. */
const head = (first: string, length: string): string =>
  `${first} 12 ${length} 18 00 0208 0000000000018000 deadbeef 001122fffe334455 0001 1234 00 fd`;

const DUMPS: readonly (readonly [string, Message])[] = [
  [`${head('10', '002c')} ${STAMP}`, { kind: 'sync', header: HEADER, tlvs: [], origin: TIME }],
  [`${head('11', '002c')} ${STAMP}`, { kind: 'delay-req', header: HEADER, tlvs: [], origin: TIME }],
  [
    `${head('12', '0036')} ${STAMP} 00000000000000000000`,
    { kind: 'pdelay-req', header: HEADER, tlvs: [], origin: TIME },
  ],
  [
    `${head('13', '0036')} ${STAMP} ${OTHER_PORT}`,
    { kind: 'pdelay-resp', header: HEADER, tlvs: [], requestReceipt: TIME, requesting: OTHER },
  ],
  [`${head('18', '002c')} ${STAMP}`, { kind: 'follow-up', header: HEADER, tlvs: [], preciseOrigin: TIME }],
  [
    `${head('19', '0036')} ${STAMP} ${OTHER_PORT}`,
    { kind: 'delay-resp', header: HEADER, tlvs: [], receive: TIME, requesting: OTHER },
  ],
  [
    `${head('1a', '0036')} ${STAMP} ${OTHER_PORT}`,
    { kind: 'pdelay-resp-follow-up', header: HEADER, tlvs: [], responseOrigin: TIME, requesting: OTHER },
  ],
  [
    `${head('1b', '0040')} 00000000000000000000 0025 00 80 06 21 4e5d 7f aabbccfffeddeeff 0002 20`,
    {
      kind: 'announce',
      header: HEADER,
      tlvs: [],
      origin: 0n,
      currentUtcOffset: 37,
      priority1: 128,
      quality: { clockClass: 6, accuracy: 0x21, variance: 0x4e5d },
      priority2: 127,
      grandmaster: 'aabbccfffeddeeff',
      stepsRemoved: 2,
      timeSource: 0x20,
    },
  ],
  [`${head('1c', '002c')} ${OTHER_PORT}`, { kind: 'signaling', header: HEADER, tlvs: [], target: OTHER }],
  [
    `${head('1d', '0030')} ${OTHER_PORT} 05 04 02 00`,
    { kind: 'management', header: HEADER, tlvs: [], target: OTHER, startingHops: 5, hops: 4, action: 'response' },
  ],
];

const SYNC = octetsOf(DUMPS[0]![0]);

/** Returns the Sync above with some octets changed. */
function altered(changes: Readonly<Record<number, number>>): Uint8Array {
  const octets = SYNC.slice();
  for (const [at, value] of Object.entries(changes)) octets[Number(at)] = value;
  return octets;
}

describe('PTP messages octet by octet', () => {
  for (const [dump, message] of DUMPS) {
    it(`${message.kind}`, () => {
      expect(decode(octetsOf(dump))).to.deep.equal(message);
      const buffer = new Uint8Array(128).fill(0xff);
      const length = encode(message, buffer);
      expect(hexOf(buffer.subarray(0, length))).to.equal(hexOf(octetsOf(dump)));
    });
  }

  it('names each flag by its bit', () => {
    const names: [number, number, string][] = [
      [6, 0x01, 'alternateMaster'],
      [6, 0x02, 'twoStep'],
      [6, 0x04, 'unicast'],
      [6, 0x20, 'profileSpecific1'],
      [6, 0x40, 'profileSpecific2'],
      [6, 0x80, 'security'],
      [7, 0x01, 'leap61'],
      [7, 0x02, 'leap59'],
      [7, 0x04, 'currentUtcOffsetValid'],
      [7, 0x08, 'ptpTimescale'],
      [7, 0x10, 'timeTraceable'],
      [7, 0x20, 'frequencyTraceable'],
      [7, 0x40, 'synchronizationUncertain'],
    ];
    for (const [at, bit, name] of names) {
      const message = decode(altered({ 6: 0, 7: 0, [at]: bit })) as Message;
      expect(message.header.flags).to.deep.equal({ ...NO_FLAGS, [name]: true });
    }
  });

  it('keep fractions and the sign of a correction', () => {
    const negative = decode(altered({ 8: 0xff, 9: 0xff, 10: 0xff, 11: 0xff, 12: 0xff, 13: 0xff, 14: 0x7f, 15: 0xff }));
    expect((negative as Message).header.correction).to.equal(-0x8001n);
  });
});

describe('PTPv2.0', () => {
  it('is read like 2.1', () => {
    expect(decode(altered({ 1: 0x02 }))).to.deep.include({ kind: 'sync', header: { ...HEADER, minorVersion: 0 } });
  });

  it('is written with the controlField of 2008', () => {
    const controls = DUMPS.map(([, message]) => {
      const buffer = new Uint8Array(128);
      encode({ ...message, header: { ...HEADER, minorVersion: 0 } }, buffer);
      expect(buffer[1]).to.equal(0x02);
      return buffer[32];
    });
    expect(controls).to.deep.equal([0, 1, 5, 5, 2, 3, 5, 5, 5, 4]);
  });
});

describe('a frame', () => {
  it('ends at its messageLength', () => {
    const padded = new Uint8Array(60).fill(0xee);
    padded.set(SYNC);
    expect(decode(padded)).to.deep.equal(DUMPS[0]![1]);
  });

  it('lies anywhere in its buffer', () => {
    const buffer = new Uint8Array(200);
    buffer.set(SYNC, 17);
    expect(decode(buffer.subarray(17, 17 + SYNC.length))).to.deep.equal(DUMPS[0]![1]);
  });

  it('shares no memory with the message', () => {
    const octets = octetsOf(`${head('1c', '0034')} ${OTHER_PORT} ff00 0004 01020304`);
    const message = decode(octets);
    octets.fill(0);
    expect(message).to.deep.include({ tlvs: [{ kind: 'raw', type: 0xff00, data: Uint8Array.of(1, 2, 3, 4) }] });
  });
});

describe('a frame is refused', () => {
  const refused = (octets: Uint8Array, reason: string, detail: number) =>
    expect(decode(octets)).to.deep.equal({ kind: 'rejected', reason, detail });

  it('when it is shorter than a header, than its kind, or than messageLength', () => {
    refused(new Uint8Array(0), 'length', 0);
    refused(SYNC.subarray(0, 33), 'length', 33);
    refused(SYNC.subarray(0, 43), 'length', 44);
    refused(altered({ 3: 43 }), 'length', 43);
    refused(altered({ 0: 0x1b }), 'length', 44);
  });

  it('of another version', () => {
    refused(altered({ 1: 0x01 }), 'version', 1);
    refused(altered({ 1: 0x13 }), 'version', 3);
  });

  it('of a reserved type', () => {
    for (const type of [4, 5, 6, 7, 0xe, 0xf]) refused(altered({ 0: type }), 'type', type);
  });

  it('when a second has 10⁹ nanoseconds, unless the time is not used', () => {
    const full = { 40: 0x3b, 41: 0x9a, 42: 0xca, 43: 0x00 };
    refused(altered({ ...full, 6: 0 }), 'body', 0);
    refused(altered({ ...full, 0: 0x18 }), 'body', 8);
    expect(decode(altered({ ...full, 6: 2 })).kind).to.equal('sync');
    expect(decode(altered({ ...full, 6: 0, 0: 0x11 })).kind).to.equal('delay-req');
  });

  it('with a management action that does not exist', () => {
    refused(octetsOf(`${head('1d', '0030')} ${OTHER_PORT} 05 04 05 00`), 'body', 0xd);
  });
});
