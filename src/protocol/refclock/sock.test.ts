import { expect } from 'chai';
import type { RefclockSample } from './sample.js';
import { decodeSock, encodeSock } from './sock.js';

const TIME = 1_795_219_200_123_456_000n;
const SAMPLE: RefclockSample = { system: TIME, offsetNs: 1_500_000, isPulse: false, leap: 'insert' };

/** The octets of a sample as a C program lays them out on x86-64: { tv, offset, pulse, leap, _pad, magic }. */
function inC(seconds: bigint, microseconds: bigint, offset: number, [pulse, leap, magic]: readonly number[]) {
  const octets = Buffer.alloc(40);
  octets.writeBigInt64LE(seconds, 0);
  octets.writeBigInt64LE(microseconds, 8);
  octets.writeDoubleLE(offset, 16);
  octets.writeInt32LE(pulse!, 24);
  octets.writeInt32LE(leap!, 28);
  octets.write('KCOS', 36, 'latin1');
  if (magic !== undefined) octets.writeInt32LE(magic, 36);
  return octets;
}

describe('a sample of the SOCK interface', () => {
  it('is laid out as a C program does', function () {
    if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) this.skip();
    expect(Buffer.from(encodeSock(SAMPLE))).to.deep.equal(inC(1_795_219_200n, 123_456n, 0.0015, [0, 1]));
    expect(decodeSock(inC(1_795_219_200n, 123_456n, 0.0015, [0, 1]))).to.deep.equal(SAMPLE);
  });

  it('comes back as it was', () => {
    for (const leap of ['none', 'delete', 'unsynchronised'] as const)
      expect(decodeSock(encodeSock({ ...SAMPLE, leap }))).to.deep.equal({ ...SAMPLE, leap });
    const pulse = { ...SAMPLE, isPulse: true, offsetNs: -250_000_000 };
    expect(decodeSock(encodeSock(pulse))).to.deep.equal(pulse);
  });

  it('states a pulse by the system clock’s part of a second', function () {
    if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) this.skip();
    expect(decodeSock(inC(5n, 250_000n, 0.25, [1, 0]))).to.deep.include({ isPulse: true, offsetNs: -250_000_000 });
  });

  const broken = (change: (octets: DataView) => void): unknown => {
    const octets = encodeSock(SAMPLE);
    change(new DataView(octets.buffer));
    return decodeSock(octets);
  };

  it('is refused with the reason', () => {
    expect(decodeSock(encodeSock(SAMPLE).subarray(0, 32))).to.equal('it has 32 octets, not 40');
    expect(broken((view) => view.setInt32(36, 0))).to.equal('its magic number is wrong');
    expect(broken((view) => view.setBigInt64(8, -1n))).to.equal('it has -1 microseconds');
    expect(broken((view) => view.setBigInt64(8, 1_000_000n, true))).to.equal('it has 1000000 microseconds');
    for (const offset of [Number.NaN, Number.POSITIVE_INFINITY, -1e300])
      expect(broken((view) => view.setFloat64(16, offset, true))).to.equal(`its offset is ${offset} s`);
    expect(broken((view) => view.setInt32(24, 2, true))).to.equal('its pulse flag is 2');
    expect(broken((view) => view.setInt32(28, -1, true))).to.equal('its leap status is -1');
  });
});
