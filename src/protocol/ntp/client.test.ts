import { expect } from 'chai';
import fc from 'fast-check';
import { withKey } from './authentication.js';
import { type Answer, evaluate, type Verdict } from './evaluate.js';
import { Exchange, measure } from './exchange.js';
import { HEADER_OCTETS, type Header, writeHeader } from './header.js';
import { SymmetricKey } from './keys/symmetric-key.js';
import { request } from './request.js';
import { toNtpTime } from './timestamp.js';

const NOW = 1_795_255_200_000_000_000n;
const COOKIE = Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2);
const ORIGIN = 0x0908070605040302n;

function reply(over: Partial<Header> = {}, trailer = 0): Uint8Array {
  const packet = new Uint8Array(HEADER_OCTETS + trailer);
  writeHeader(
    {
      leap: 'none',
      version: 4,
      mode: 4,
      stratum: 1,
      pollLog2: 0,
      precisionLog2: -25,
      rootDelayNs: 0,
      rootDispersionNs: 0,
      refid: 0x47505300,
      reference: toNtpTime(NOW - 1_000_000_000n),
      origin: ORIGIN,
      receive: toNtpTime(NOW),
      transmit: toNtpTime(NOW + 10_000n),
      ...over,
    },
    packet,
  );
  return packet;
}

const judge = (over: Partial<Header> = {}, trailer = 0): Verdict => evaluate(reply(over, trailer), request(COOKIE));
const answerOf = (verdict: Verdict): Answer => {
  if (verdict.kind !== 'answer') throw new Error(`${verdict.kind} is not an answer`);
  return verdict.answer;
};

describe('a request', () => {
  it('is the same for all clients except for the random transmit timestamp (D1, D6)', () => {
    const packet = request(COOKIE);
    expect(Buffer.from(packet).toString('hex')).to.equal(`23000020${'00'.repeat(36)}0908070605040302`);
  });

  it('is never all zeros where a reply must match (D2)', () => {
    expect(request(new Uint8Array(8)).subarray(40)).to.deep.equal(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1));
  });
});

describe('a reply', () => {
  it('is an answer when it is valid', () => {
    expect(judge()).to.deep.include({ kind: 'answer' });
    expect(answerOf(judge())).to.include({ stratum: 1, reference: 'GPS', leap: 'none', receive: NOW });
  });

  for (const version of [1, 2, 3])
    it(`may be NTPv${version} (D7)`, () => expect(judge({ version }).kind).to.equal('answer'));

  for (const [what, over, reason] of [
    ['another origin', { origin: ORIGIN + 1n }, 'origin'],
    ['a zero origin', { origin: 0n }, 'zero-origin'],
    ['another origin in a kiss of death', { origin: 1n, stratum: 0, refid: 0x44454e59 }, 'origin'],
    ...[0, 1, 2, 3, 5, 6, 7].map((mode) => [`mode ${mode}`, { mode }, 'mode'] as const),
    ...[0, 5, 6, 7].map((version) => [`version ${version}`, { version }, 'version'] as const),
    ['stratum 17', { stratum: 17 }, 'stratum'],
  ] as const) {
    it(`is refused with ${what} (D2, D7)`, () => expect(judge(over)).to.deep.equal({ kind: 'refused', reason }));
  }

  it('is refused below 48 octets', () => {
    expect(evaluate(reply().subarray(0, 47), request(COOKIE))).to.deep.equal({ kind: 'refused', reason: 'length' });
    expect(evaluate(new Uint8Array(0), request(COOKIE)).kind).to.equal('refused');
  });

  it('is refused with malformed extension fields (C1)', () => {
    expect(judge({}, 32)).to.deep.equal({ kind: 'refused', reason: 'extension' });
  });

  for (const [what, over] of [
    ['leap indicator 3', { leap: 'unknown' }],
    ['stratum 16', { stratum: 16 }],
    ['stratum 0 without a code', { stratum: 0, refid: 0 }],
    ['no receive timestamp', { receive: 0n }],
    ['no transmit timestamp', { transmit: 0n }],
    ['transmit before receive', { transmit: toNtpTime(NOW - 1n) }],
    ['a reference time in the future', { reference: toNtpTime(NOW + 1_000_000_000n) }],
    ['a root dispersion of 16 s', { rootDispersionNs: 16e9 }],
    ['a root delay of 32 s', { rootDelayNs: 32e9 }],
  ] as const) {
    it(`is a reply but not used with ${what} (D8, D9)`, () => expect(judge(over).kind).to.equal('unusable'));
  }

  for (const [code, refid] of [
    ['INIT', 0x494e4954],
    ['STEP', 0x53544550],
  ] as const) {
    it(`comes from an unsynchronised server with the kiss code ${code} of ntpd`, () => {
      const verdict = judge({ stratum: 0, leap: 'unknown', refid });
      expect(verdict.kind === 'unusable' && verdict.reason).to.match(/^says it is not synchronised .*INIT|STEP/);
    });
  }

  it('may come from a server that was never set (reference time zero)', () => {
    expect(judge({ reference: 0n }).kind).to.equal('answer');
  });

  for (const [code, refid] of [
    ['RATE', 0x52415445],
    ['DENY', 0x44454e59],
    ['?\u0021?A', 0x00210041],
  ] as const) {
    it(`can be the kiss of death ${code} (D10, D11, D12)`, () => {
      expect(judge({ stratum: 0, leap: 'unknown', refid })).to.deep.equal({ kind: 'kiss', code });
    });
  }
});

describe('an authenticated exchange (C5, C7)', () => {
  const key = new SymmetricKey(7, 'AES128', new Uint8Array(16).fill(1));
  const exchange = () => new Exchange(COOKIE, { authentication: withKey(key) });
  const signed = (by: SymmetricKey, over: Partial<Header> = {}): Uint8Array => {
    const packet = reply(over, by.macOctets(4));
    by.sign(packet, HEADER_OCTETS);
    return packet;
  };

  it('sends the plain request with a MAC behind it', () => {
    const { request: sealed, mark } = exchange();
    expect(sealed).to.have.length(HEADER_OCTETS + 20);
    expect(sealed.subarray(0, HEADER_OCTETS)).to.deep.equal(request(COOKIE));
    expect(key.verifies(sealed, HEADER_OCTETS, sealed.length)).to.equal(true);
    expect(mark).to.deep.equal(COOKIE);
  });

  it('accepts an answer and a kiss that this key signs', () => {
    expect(exchange().judge(signed(key)).kind).to.equal('answer');
    const kiss = { stratum: 0, leap: 'unknown', refid: 0x52415445 } as const;
    expect(exchange().judge(signed(key, kiss))).to.deep.equal({ kind: 'kiss', code: 'RATE' });
  });

  for (const [what, packet, reason] of [
    ['no MAC', reply(), 'unauthenticated'],
    ['no MAC, as a kiss of death', reply({ stratum: 0, refid: 0x44454e59 }), 'unauthenticated'],
    ['an extension field in place of a MAC', reply({}, 28).fill(28, 51, 52), 'unauthenticated'],
    ['a crypto-NAK', reply({}, 4), 'crypto-nak'],
    ['a key number alone', reply({}, 4).fill(7, 51, 52), 'mac'],
    ['a MAC of zeros', reply({}, 20), 'mac'],
    ['a MAC by another secret', signed(new SymmetricKey(7, 'AES128', new Uint8Array(16))), 'mac'],
    ['a MAC by another key', signed(new SymmetricKey(8, 'AES128', new Uint8Array(16).fill(1))), 'mac'],
    ['a changed time under its MAC', signed(key).fill(0xaa, 44, 45), 'mac'],
    ['the origin of another request', signed(key, { origin: 5n }), 'origin'],
  ] as const) {
    it(`refuses a reply with ${what}, and still accepts the real one`, () => {
      const asked = exchange();
      expect(asked.judge(packet)).to.deep.equal({ kind: 'refused', reason });
      expect(asked.judge(signed(key)).kind).to.equal('answer');
    });
  }
});

describe('an exchange', () => {
  it('accepts one reply and no second one (D3)', () => {
    const exchange = new Exchange(COOKIE);
    expect(exchange.judge(reply({ origin: 5n })).kind).to.equal('refused');
    expect(exchange.judge(reply()).kind).to.equal('answer');
    expect(exchange.judge(reply())).to.deep.equal({ kind: 'refused', reason: 'duplicate' });
  });

  const stamp = (time: bigint, monotonic = time - NOW) => ({ time, monotonic });
  const answer = answerOf(judge());

  it('gives offset and delay (RFC 5905 §8)', () => {
    const slow = 41_000_000n;
    const measured = measure(answer, stamp(NOW - slow - 3_000_000n), stamp(NOW - slow + 10_000n + 1_000_000n));
    expect(measured).to.deep.equal({ outboundNs: 44e6, inboundNs: -40e6, offsetNs: 42e6, delayNs: 4e6 });
  });

  it('gives the true offset within half the delay, whatever the delays and the offset', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 17n), 10n ** 17n),
        fc.bigInt(0n, 10n ** 9n),
        fc.bigInt(0n, 10n ** 9n),
        (offset, up, down) => {
          const measured = measure(answer, stamp(NOW - offset - up), stamp(NOW - offset + 10_000n + down));
          if (typeof measured === 'string') throw new Error(measured);
          const error = Math.abs(measured.offsetNs - Number(offset));
          expect(error).to.be.at.most(measured.delayNs / 2 + 32);
        },
      ),
    );
  });

  it('has no delay below the precision of the server (D9)', () => {
    const measured = measure(answer, stamp(NOW + 10n), stamp(NOW + 10_000n));
    expect(measured).to.include({ delayNs: 2 ** -25 * 1e9 });
  });

  it('is refused when the server took longer than the round trip (D9)', () => {
    const slowServer = { ...answer, transmit: NOW + 50_000_000n };
    expect(measure(slowServer, stamp(NOW), stamp(NOW + 1_000_000n))).to.equal('contradiction');
  });

  it('is refused when the local clock was set meanwhile', () => {
    expect(measure(answer, stamp(NOW, 0n), stamp(NOW + 2_000_000_000n, 4_000_000n))).to.equal('clock-set');
  });

  it('survives the rollover of 2036 on both sides (B17)', () => {
    const rollover = 2_085_978_496_000_000_000n;
    const across = answerOf(
      judge({
        reference: toNtpTime(rollover - 5_000_000_000n),
        receive: toNtpTime(rollover - 1_000n),
        transmit: toNtpTime(rollover + 1_000n),
      }),
    );
    const measured = measure(across, stamp(rollover - 2_000_000n), stamp(rollover + 2_000_000n));
    expect(measured).to.include({ offsetNs: 0, delayNs: 3_998_000 });
    const behind = measure(across, stamp(-2_000_000n), stamp(2_000_000n));
    expect(behind).to.include({ offsetNs: Number(rollover) });
  });
});
