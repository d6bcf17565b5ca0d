import { expect } from 'chai';
import { HEADER_OCTETS, readHeader, writeHeader } from './header.js';
import { request } from './request.js';
import { DEFAULT_VERSIONS, type ReplyContext, respond } from './server.js';
import { packetWith } from './testing/packets.js';
import { fromNtpTime, toNtpTime } from './timestamp.js';

const NOW = 1_795_255_200_123_456_789n;
const words = (instant: bigint) =>
  [Number(toNtpTime(instant) >> 32n), Number(toNtpTime(instant) & 0xffff_ffffn)] as const;

interface Setting {
  readonly receive?: bigint;
  readonly transmit?: bigint;
  readonly reference?: bigint;
}

function contextOf(over: Partial<ReplyContext> = {}, setting: Setting = {}): ReplyContext {
  const { receive = NOW, transmit = NOW + 20_000n, reference = NOW - 3_000_000_000n } = setting;
  const header = new Uint8Array(HEADER_OCTETS);
  writeHeader(
    {
      leap: 'insert',
      version: 4,
      mode: 4,
      stratum: 2,
      pollLog2: 0,
      precisionLog2: -20,
      rootDelayNs: 1e6,
      rootDispersionNs: 2e6,
      refid: 0xc0000201,
      reference: toNtpTime(reference),
      origin: 0n,
      receive: 0n,
      transmit: 0n,
    },
    header,
  );
  const [receiveSeconds, receiveFraction] = words(receive);
  const [transmitSeconds, transmitFraction] = words(transmit);
  return {
    header,
    versions: DEFAULT_VERSIONS,
    admission: 'serve',
    receiveSeconds,
    receiveFraction,
    transmitSeconds,
    transmitFraction,
    ...over,
  };
}

function ask(packet: Uint8Array, context = contextOf()): Uint8Array | undefined {
  const reply = new Uint8Array(1500).fill(0xaa);
  const length = respond(packet, packet.length, context, reply);
  expect(length).to.be.at.most(packet.length);
  return length === 0 ? undefined : reply.subarray(0, length);
}

const asking = (version: number, mode = 3) => {
  const packet = request(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  packet[0] = (version << 3) | mode;
  packet[2] = 6;
  return packet;
};
const with4 = (packet: Uint8Array) => {
  packet.set(asking(4).subarray(0, 48));
  return packet;
};

describe('the NTP server', () => {
  it('answers NTPv3 and NTPv4 in their own version (B1, A1)', () => {
    for (const version of [3, 4]) expect(readHeader(ask(asking(version))!)).to.include({ version, mode: 4 });
  });

  it('answers NTPv1 and NTPv2 only when told to (B1)', () => {
    for (const version of [1, 2]) {
      expect(ask(asking(version))).to.equal(undefined);
      expect(readHeader(ask(asking(version), contextOf({ versions: 0xff }))!)).to.include({ version, mode: 4 });
    }
  });

  it('is silent to other versions, whatever it was told (B2, A2)', () => {
    for (const version of [0, 5, 6, 7]) expect(ask(asking(version), contextOf({ versions: 0xff }))).to.equal(undefined);
  });

  it('is silent to every mode but 3 (B3)', () => {
    for (const version of [3, 4]) {
      for (const mode of [0, 1, 2, 4, 5, 6, 7]) expect(ask(asking(version, mode))).to.equal(undefined);
    }
  });

  it('does not answer its own replies', () => {
    expect(ask(ask(asking(4))!)).to.equal(undefined);
  });

  it('is silent to anything below 48 octets (B5)', () => {
    for (let length = 0; length < 48; length++) expect(ask(asking(4).subarray(0, length))).to.equal(undefined);
  });

  it('is silent to what is longer than its reply buffer (B5)', () => {
    const packet = with4(packetWith([7, 2000, 2000]));
    expect(respond(packet, packet.length, contextOf(), new Uint8Array(1500))).to.equal(0);
  });

  it('believes the length it is given, no more', () => {
    expect(respond(asking(4), 52, contextOf(), new Uint8Array(1500))).to.equal(0);
    expect(respond(asking(4).subarray(0, 40), 48, contextOf(), new Uint8Array(1500))).to.equal(0);
  });

  it('returns the transmit timestamp as origin, bit for bit, zero too (B6)', () => {
    expect([...ask(asking(4))!.subarray(24, 32)]).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    const zero = asking(4);
    zero.fill(0, 40);
    expect(readHeader(ask(zero)!).origin).to.equal(0n);
  });

  it('copies the poll and says what it knows of itself (B6, B10)', () => {
    expect(readHeader(ask(asking(4))!)).to.include({
      pollLog2: 6,
      leap: 'insert',
      stratum: 2,
      precisionLog2: -20,
      refid: 0xc0000201,
    });
  });

  it('gives its stamps, transmit after receive (B6, A1)', () => {
    const { receive, transmit } = readHeader(ask(asking(4))!);
    expect(fromNtpTime(receive)).to.equal(NOW);
    expect(fromNtpTime(transmit)).to.equal(NOW + 20_000n);
    for (const late of [0n, -1n, -5_000_000_000n]) {
      const reply = readHeader(ask(asking(4), contextOf({}, { transmit: NOW + late }))!);
      expect(reply.transmit).to.equal(reply.receive + 1n);
    }
  });

  it('carries the least step of the transmit timestamp into the seconds', () => {
    const context = contextOf({ receiveFraction: 0xffff_ffff, transmitFraction: 0xffff_ffff });
    const { receive, transmit } = readHeader(ask(asking(4), context)!);
    expect(transmit).to.equal(receive + 1n);
  });

  it('was never set in the future (B7)', () => {
    const reply = readHeader(ask(asking(4), contextOf({}, { reference: NOW + 1_000_000n }))!);
    expect(reply.reference).to.equal(reply.receive);
  });

  it('answers across the rollover of 2036 (B17)', () => {
    const rollover = 2_085_978_496_000_000_000n;
    const setting = { receive: rollover - 10n, transmit: rollover + 10n, reference: rollover - 5_000_000_000n };
    const reply = readHeader(ask(asking(4), contextOf({}, setting))!);
    expect(fromNtpTime(reply.reference)).to.equal(setting.reference);
    expect(fromNtpTime(reply.receive)).to.equal(setting.receive);
    expect(fromNtpTime(reply.transmit)).to.equal(setting.transmit);
  });

  for (const [admission, refid] of [
    ['deny', 0x44454e59],
    ['rate', 0x52415445],
  ] as const) {
    it(`sends the kiss of death for "${admission}" without its time (B12, B13)`, () => {
      const reply = ask(asking(4), contextOf({ admission }))!;
      expect(reply.length).to.equal(48);
      expect(readHeader(reply)).to.include({
        leap: 'unknown',
        version: 4,
        mode: 4,
        stratum: 0,
        refid,
        origin: 0x0102030405060708n,
        reference: 0n,
        rootDelayNs: 0,
        rootDispersionNs: 0,
        receive: toNtpTime(NOW),
        transmit: toNtpTime(NOW),
      });
    });
  }

  it('ignores unknown extension fields and does not echo them (C3, A3)', () => {
    expect(ask(with4(packetWith([0x2005, 64, 64])))!.length).to.equal(48);
  });

  it('takes an empty field of type 0 and length 4 for no reason to be silent (C6, A3)', () => {
    expect(ask(with4(packetWith([0, 4, 4])))!.length).to.equal(48);
    expect(ask(with4(packetWith([0, 16, 16])))!.length).to.equal(48);
  });

  it('echoes one unique identifier and nothing else (A4)', () => {
    const packet = with4(packetWith([0x2005, 28, 28], [0x104, 36, 36], [0x204, 100, 100]));
    packet.fill(0x5a, 48 + 28 + 4, 48 + 28 + 36);
    const reply = ask(packet)!;
    expect(reply.length).to.equal(48 + 36);
    expect(reply.subarray(48)).to.deep.equal(packet.subarray(76, 76 + 36));
  });

  it('echoes no identifier that is too short, nor one of several (C4)', () => {
    expect(ask(with4(packetWith([0x104, 28, 28])))!.length).to.equal(48);
    expect(ask(with4(packetWith([0x104, 36, 36], [0x104, 36, 36])))!.length).to.equal(48);
  });

  it('is silent to malformed extension fields (C1)', () => {
    for (const packet of [packetWith([1, 30, 32]), packetWith([1, 0, 32]), packetWith([1, 64, 32])]) {
      expect(ask(with4(packet))).to.equal(undefined);
    }
  });

  it('answers a MAC with a crypto-NAK, as it has no keys (C5)', () => {
    for (const octets of [20, 24]) {
      const reply = ask(with4(packetWith([0, 1, octets])))!;
      expect([...reply.subarray(48)]).to.deep.equal([0, 0, 0, 0]);
    }
    const v3 = packetWith([0, 1, 20]);
    v3.set(asking(3));
    expect(ask(v3)!.length).to.equal(52);
  });
});
