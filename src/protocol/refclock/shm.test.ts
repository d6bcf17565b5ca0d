import { expect } from 'chai';
import type { RefclockSample } from './sample.js';
import { SHM_OCTETS, shmKey, takeShm, writeShm } from './shm.js';

const SAMPLE: RefclockSample = {
  ...{ system: 1_795_219_200_123_456_789n, offsetNs: 1_500_001, isPulse: false, leap: 'insert' },
};

/** The segment of a program in C on x86-64: struct shmTime, whose members this test places by hand. */
function inC(over: Readonly<Record<number, number>> = {}): ArrayBuffer {
  const octets = Buffer.alloc(96);
  const words: Record<number, number> = {
    // mode, count, clock s, us; receive s, us, leap, precision, nsamples, valid, clock ns, receive ns
    ...{ 0: 1, 4: 12, 16: 123_456, 32: 1, 36: 0, 40: -20, 44: 3, 48: 1, 52: 123_456_700, 56: 1999 },
    ...over,
  };
  octets.writeBigInt64LE(1_795_219_201n, 8);
  octets.writeBigInt64LE(1_795_219_200n, 24);
  for (const [place, value] of Object.entries(words)) octets.writeInt32LE(value, Number(place));
  return new Uint8Array(octets).buffer;
}

describe('the shared memory of reference clocks', () => {
  before(function () {
    if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) this.skip();
  });

  it('has keys "NTP0" to "NTP7"', () => {
    expect(
      Buffer.from(Uint32Array.of(shmKey(0), shmKey(7)).buffer)
        .swap32()
        .toString(),
    ).to.equal('NTP0NTP7');
  });

  it('gives each sample to one reader, once', () => {
    const memory = new ArrayBuffer(SHM_OCTETS);
    expect(takeShm(memory)).to.equal(undefined);
    expect(writeShm(memory, SAMPLE, 100)).to.equal(true);
    expect(takeShm(memory)).to.deep.equal(SAMPLE);
    expect(takeShm(memory)).to.equal(undefined);
    expect(writeShm(memory, SAMPLE, 100)).to.equal(true);
    expect(writeShm(memory, SAMPLE, 100)).to.equal(false);
  });

  it('is written as a program in C reads it', () => {
    const memory = new ArrayBuffer(SHM_OCTETS);
    writeShm(memory, SAMPLE, 1000);
    const octets = Buffer.from(memory);
    expect([octets.readBigInt64LE(8), octets.readBigInt64LE(24)]).to.deep.equal([1_795_219_200n, 1_795_219_200n]);
    const words = [0, 4, 16, 32, 36, 40, 48, 52, 56].map((place) => octets.readInt32LE(place));
    expect(words).to.deep.equal([1, 2, 124_956, 123_456, 1, -20, 1, 124_956_790, 123_456_789]);
  });

  it('is read from programs in both modes, with and without nanoseconds', () => {
    const fields = { isPulse: false, leap: 'none', system: 1_795_219_200_000_001_999n };
    expect(takeShm(inC())).to.deep.equal({ ...fields, offsetNs: 1_123_456_700 - 1999 });
    expect(takeShm(inC({ 0: 0 }))).to.deep.equal({ ...fields, offsetNs: 1_123_456_700 - 1999 });
    expect(takeShm(inC({ 52: 0, 56: 0 }))).to.deep.equal({
      ...{ ...fields, system: 1_795_219_200_000_001_000n, offsetNs: 1_123_456_000 - 1000 },
    });
  });

  it('gives no sample that its writer changes at that moment', () => {
    const memory = inC();
    const slice = memory.slice.bind(memory);
    Object.assign(memory, {
      slice(...range: [number, number]) {
        const copy = slice(...range);
        new Int32Array(memory)[1]! += 1;
        return copy;
      },
    });
    expect(takeShm(memory)).to.equal(undefined);
    expect(new Int32Array(memory)[12]).to.equal(1);
  });

  it('is refused with the reason, and not looked at again', () => {
    for (const [over, reason] of [
      [{ 0: 2 }, 'its mode is 2'],
      [{ 16: 1_000_000 }, 'its microseconds are not those of a time'],
      [{ 32: -1 }, 'its microseconds are not those of a time'],
      [{ 36: 4 }, 'its leap status is 4'],
      [{ 28: 0x40000000 }, /^its offset is -\d/],
    ] as const) {
      const memory = inC(over);
      const answer = takeShm(memory);
      if (typeof reason === 'string') expect(answer).to.equal(reason);
      else expect(answer).to.match(reason);
      expect(takeShm(memory)).to.equal(undefined);
    }
  });
});
