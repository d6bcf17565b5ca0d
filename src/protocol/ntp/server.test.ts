import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { octetsOf } from '../address/index.js';
import { HEADER_OCTETS, readHeader, writeHeader } from './header.js';
import { SymmetricKey } from './keys/symmetric-key.js';
import { interleavedRequest, request } from './request.js';
import { SentReplies } from './sent-replies.js';
import { DEFAULT_VERSIONS, type ReplyContext, respond, type Silence } from './server.js';
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
    clientPort: 40123,
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
  if (typeof length === 'string') return undefined;
  expect(length).to.be.within(48, packet.length);
  return reply.subarray(0, length);
}

const silenceTo = (packet: Uint8Array, context = contextOf()): number | Silence =>
  respond(packet, packet.length, context, new Uint8Array(1500));

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
  for (const version of [1, 2, 3, 4]) {
    it(`answers NTPv${version} in its own version (B1, A1)`, () => {
      expect(readHeader(ask(asking(version))!)).to.include({ version, mode: 4 });
      expect(readHeader(ask(asking(version, 1))!)).to.include({ version, mode: 2 });
    });
  }

  it('answers only the versions of its options (B1)', () => {
    const context = contextOf({ versions: 0b11000 });
    for (const version of [1, 2]) expect(silenceTo(asking(version), context)).to.equal('version');
    expect(silenceTo(asking(1, 0), context)).to.equal('version');
    for (const version of [3, 4]) expect(silenceTo(asking(version), context)).to.equal(48);
  });

  it('is silent to other versions in every mode, whatever its options (B2, A2)', () => {
    for (const version of [0, 5, 6, 7]) {
      for (const mode of [0, 1, 2, 3, 4, 5, 6, 7])
        expect(silenceTo(asking(version, mode), contextOf({ versions: 0xff }))).to.equal('version');
    }
  });

  it('is silent to replies, broadcasts and management queries of every version (B3)', () => {
    for (const version of [1, 2, 3, 4]) {
      for (const mode of [2, 4, 5]) expect(silenceTo(asking(version, mode))).to.equal('mode');
      for (const mode of [6, 7]) expect(silenceTo(asking(version, mode))).to.equal('control');
    }
  });

  it('answers mode 0 of NTPv1 alone, unless it comes from port 123 (RFC 1059)', () => {
    expect(readHeader(ask(asking(1, 0))!)).to.include({ version: 1, mode: 4 });
    expect(silenceTo(asking(1, 0), contextOf({ clientPort: 123 }))).to.equal('mode');
    for (const version of [2, 3, 4]) expect(silenceTo(asking(version, 0))).to.equal('mode');
  });

  it('answers a symmetric-active peer that fills in every field, in mode 2 and in the basic mode (RFC 9769 §2)', () => {
    const windows = asking(3, 1);
    windows[0]! |= 0xc0;
    windows.set([4, 10, 0xfa, 0, 1, 2, 3, 4, 5, 6, 7, 0xc0, 0, 2, 99], 1);
    for (let at = 16; at < 40; at++) windows[at] = at;
    const reply = ask(windows)!;
    expect(reply.length).to.equal(48);
    expect(readHeader(reply)).to.include({
      version: 3,
      mode: 2,
      leap: 'insert',
      stratum: 2,
      pollLog2: 10,
      refid: 0xc0000201,
      origin: 0x0102030405060708n,
      receive: toNtpTime(NOW),
    });
  });

  it('never answers its own replies, nor those of another server (no ping-pong)', () => {
    for (const [version, mode] of [
      [4, 3],
      [4, 1],
      [3, 1],
      [1, 1],
      [1, 0],
    ] as const) {
      for (const admission of ['serve', 'deny', 'rate'] as const) {
        const reply = ask(asking(version, mode), contextOf({ admission }))!;
        for (const clientPort of [123, 40123])
          expect(silenceTo(reply, contextOf({ versions: 0xff, clientPort }))).to.equal('mode');
      }
    }
  });

  it('is silent to datagrams below 48 octets (B5)', () => {
    for (const version of [1, 2, 3, 4]) {
      for (let length = 0; length < 48; length++)
        expect(silenceTo(asking(version, 1).subarray(0, length))).to.equal('length');
    }
  });

  it('is silent to datagrams longer than its reply buffer (B5)', () => {
    expect(silenceTo(with4(packetWith([7, 2000, 2000])))).to.equal('length');
  });

  it('refuses a length beyond the octets that there are', () => {
    expect(respond(asking(4), 52, contextOf(), new Uint8Array(1500))).to.equal('length');
    expect(respond(asking(4).subarray(0, 40), 48, contextOf(), new Uint8Array(1500))).to.equal('length');
  });

  it('returns the transmit timestamp as origin, bit for bit, zero too (B6)', () => {
    expect([...ask(asking(4))!.subarray(24, 32)]).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    const zero = asking(4);
    zero.fill(0, 40);
    expect(readHeader(ask(zero)!).origin).to.equal(0n);
  });

  it('copies the poll field and sends the header of the hub (B6, B10)', () => {
    expect(readHeader(ask(asking(4))!)).to.include({
      pollLog2: 6,
      leap: 'insert',
      stratum: 2,
      precisionLog2: -20,
      refid: 0xc0000201,
    });
  });

  it('sends its stamps, transmit after receive (B6, A1)', () => {
    const { receive, transmit } = readHeader(ask(asking(4))!);
    expect(fromNtpTime(receive)).to.equal(NOW);
    expect(fromNtpTime(transmit)).to.equal(NOW + 20_000n);
    for (const late of [0n, -1n, -5_000_000_000n]) {
      const reply = readHeader(ask(asking(4), contextOf({}, { transmit: NOW + late }))!);
      expect(reply.transmit).to.equal(reply.receive + 1n);
    }
  });

  it('carries the smallest increment of the transmit timestamp into the seconds', () => {
    const context = contextOf({ receiveFraction: 0xffff_ffff, transmitFraction: 0xffff_ffff });
    const { receive, transmit } = readHeader(ask(asking(4), context)!);
    expect(transmit).to.equal(receive + 1n);
  });

  it('never sends a reference time in the future (B7)', () => {
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

  it('answers a request with an empty field of type 0 and length 4 (C6, A3)', () => {
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
      expect(silenceTo(with4(packet))).to.equal('extension');
    }
  });

  it('answers a MAC with a crypto-NAK, as it has no keys (C5)', () => {
    for (const octets of [20, 24]) {
      const reply = ask(with4(packetWith([0, 1, octets])))!;
      expect([...reply.subarray(48)]).to.deep.equal([0, 0, 0, 0]);
    }
    for (const [version, mode, octets] of [
      [1, 1, 12],
      [2, 3, 12],
      [2, 1, 12],
      [3, 3, 20],
      [3, 1, 20],
    ] as const) {
      const old = packetWith([0, 1, octets]);
      old.set(asking(version, mode));
      const reply = ask(old)!;
      expect(reply.length).to.equal(52);
      expect(readHeader(reply).mode).to.equal(mode + 1);
    }
  });

  describe('with symmetric keys (C5, C7)', () => {
    const cmac = new SymmetricKey(7, 'AES128', new Uint8Array(16).fill(1));
    const hash = new SymmetricKey(8, 'SHA512', Buffer.from('secret'));
    const keys = new Map([cmac, hash].map((key) => [key.number, key] as const));
    const signed = (key: SymmetricKey, version = 4, fields: Uint8Array = new Uint8Array(0)): Uint8Array => {
      const packet = new Uint8Array(48 + fields.length + key.macOctets(version));
      packet.set(asking(version));
      packet.set(fields, 48);
      key.sign(packet, 48 + fields.length);
      return packet;
    };

    for (const key of [cmac, hash]) {
      for (const version of [3, 4]) {
        it(`signs the reply to a request of NTPv${version} by the same key: ${key.type}`, () => {
          const reply = ask(signed(key, version), contextOf({ keys }))!;
          expect(key.verifies(reply, 48, reply.length)).to.equal(true);
          expect(readHeader(reply)).to.include({ version, mode: 4, stratum: 2, receive: toNtpTime(NOW) });
        });
      }
    }

    it('signs its kisses of death too', () => {
      const reply = ask(signed(cmac), contextOf({ keys, admission: 'rate' }))!;
      expect(readHeader(reply)).to.include({ stratum: 0, refid: 0x52415445 });
      expect(cmac.verifies(reply, 48, reply.length)).to.equal(true);
    });

    it('verifies extension fields before the MAC', () => {
      const field = packetWith([0x2005, 28, 28]).subarray(48);
      const packet = signed(cmac, 4, field);
      const reply = ask(packet, contextOf({ keys }))!;
      expect(cmac.verifies(reply, 48, reply.length)).to.equal(true);
      packet[60]! ^= 1;
      expect([...ask(packet, contextOf({ keys }))!.subarray(48)]).to.deep.equal([0, 0, 0, 0]);
    });

    it('answers an unknown key, a wrong secret and a changed request with a crypto-NAK', () => {
      const changed = signed(cmac);
      changed[2] = 9;
      for (const packet of [
        changed,
        signed(new SymmetricKey(9, 'AES128', new Uint8Array(16))),
        signed(new SymmetricKey(7, 'AES128', new Uint8Array(16))),
        signed(new SymmetricKey(7, 'SHA1', Buffer.from('secret'))),
        signed(new SymmetricKey(0, 'AES128', new Uint8Array(16).fill(1))),
      ]) {
        expect([...ask(packet, contextOf({ keys }))!.subarray(48)]).to.deep.equal([0, 0, 0, 0]);
      }
    });

    it('answers a request without a MAC as before', () => {
      expect(ask(asking(4), contextOf({ keys }))).to.have.length(48);
    });
  });

  describe('in the interleaved mode (B18, RFC 9769 §2)', () => {
    const EXACT = toNtpTime(NOW + 77_000n);
    const COOKIE = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
    const client = octetsOf('198.51.100.7')!;

    /** A server that stamps each of its replies. */
    function server() {
      const sentReplies = new SentReplies({ random: (octets) => randomBytes(octets) });
      return (packet: Uint8Array, over: Partial<ReplyContext> = {}, setting: Setting = {}) => {
        const reply = ask(packet, contextOf({ sentReplies, client, ...over }, setting))!;
        sentReplies.stamp(sentReplies.ticket, Number(EXACT >> 32n), Number(EXACT & 0xffff_ffffn));
        return { ...readHeader(reply), isInterleaved: sentReplies.isInterleaved };
      };
    }
    const next = (previous: bigint, version = 4, mode = 3) => {
      const packet = interleavedRequest(COOKIE, previous);
      packet[0] = (version << 3) | mode;
      return packet;
    };

    it('answers the third request of a client with the exact transmit timestamp of the second reply', () => {
      const answer = server();
      const first = answer(asking(4));
      const second = answer(next(first.receive));
      expect(second).to.include({ isInterleaved: false, origin: 0x0102030405060708n });
      const third = answer(next(second.receive), {}, { receive: NOW + 2_000_000_000n });
      expect(third).to.include({ isInterleaved: true, origin: 0x090a0b0c0d0e0f10n, transmit: EXACT });
      expect(third.receive - toNtpTime(NOW + 2_000_000_000n) <= 1n).to.equal(true);
    });

    it('answers in the basic mode a second time, and another client', () => {
      const answer = server();
      const { receive } = answer(next(answer(asking(4)).receive));
      expect(answer(next(receive), { client: octetsOf('198.51.100.8')! }).isInterleaved).to.equal(false);
      expect(answer(next(receive), {}, { receive: NOW + 1_000_000n }).isInterleaved).to.equal(true);
      expect(answer(next(receive), {}, { receive: NOW + 2_000_000n }).isInterleaved).to.equal(false);
    });

    for (const [what, change] of [
      ['an origin without the lowest bit', (packet: Uint8Array) => void packet.fill(packet[31]! & 0xfe, 31, 32)],
      ['equal receive and transmit timestamps', (packet: Uint8Array) => void packet.copyWithin(32, 40, 48)],
      ['version 3', (packet: Uint8Array) => void packet.fill(0x1b, 0, 1)],
      ['mode 1', (packet: Uint8Array) => void packet.fill(0x21, 0, 1)],
    ] as const) {
      it(`answers in the basic mode and notes nothing with ${what}`, () => {
        const answer = server();
        const { receive } = answer(next(answer(asking(4)).receive));
        const packet = next(receive);
        change(packet);
        expect(answer(packet, {}, { receive: NOW + 1_000_000n })).to.include({
          isInterleaved: false,
          origin: readHeader(packet).transmit,
        });
        expect(answer(next(receive), {}, { receive: NOW + 2_000_000n }).isInterleaved).to.equal(true);
      });
    }

    it('sends a kiss of death as before', () => {
      const answer = server();
      const { receive } = answer(next(answer(asking(4)).receive));
      expect(answer(next(receive), { admission: 'rate' })).to.include({ stratum: 0, isInterleaved: false });
    });

    it('keeps the transmit timestamp after the receive timestamp, of which only this one is odd', () => {
      const answer = server();
      for (const late of [-5n, 0n, 1n, 20_000n]) {
        for (const base of [NOW, NOW + 1n, NOW + 3n]) {
          const { receive, transmit } = answer(asking(4), {}, { receive: base, transmit: base + late });
          expect([receive & 1n, transmit & 1n]).to.deep.equal([1n, 0n]);
          expect(transmit > receive).to.equal(true);
        }
      }
      const carried = answer(asking(4), { receiveFraction: 0xffff_ffff, transmitFraction: 0xffff_ffff });
      expect(carried.transmit).to.equal(carried.receive + 1n);
    });
  });

  it('is silent to odd lengths, as no field and no MAC ends there', () => {
    for (const version of [1, 2, 3, 4]) {
      for (const length of [49, 50, 51, 63, 67]) {
        const packet = new Uint8Array(length);
        packet.set(asking(version, 1));
        expect(silenceTo(packet)).to.equal('extension');
      }
    }
  });
});
