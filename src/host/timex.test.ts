import { expect } from 'chai';
import fc from 'fast-check';
import { ADJ, frequencyTimex, MAX_PPB, readTimex, STA, statusTimex, stepTimex } from './timex.js';

const modesOf = (octets: Uint8Array): number => new DataView(octets.buffer).getUint32(0, true);
const longAt = (octets: Uint8Array, offset: number): bigint => new DataView(octets.buffer).getBigInt64(offset, true);

describe('struct timex', () => {
  it('holds a frequency to 2^-16 ppm and gives it back', () => {
    fc.assert(
      fc.property(fc.double({ min: -MAX_PPB, max: MAX_PPB, noNaN: true }), (ppb) => {
        expect(readTimex(frequencyTimex(ppb)).frequencyPpb).to.be.closeTo(ppb, 0.0077);
      }),
    );
  });

  it('leaves the tick alone within 500 ppm and stays within what the kernel takes beyond', () => {
    for (const [ppb, tick] of [
      [500_000, 10_000n],
      [-500_000, 10_000n],
      [500_001, 10_005n],
      [-7_340_000, 9_927n],
      [1e12, 11_000n],
      [-1e12, 9_000n],
    ] as const) {
      const octets = frequencyTimex(ppb);
      expect(longAt(octets, 88)).to.equal(tick);
      expect(Number(longAt(octets, 16))).to.be.within(-32_768_000, 32_768_000);
    }
  });

  it('writes a step with nanoseconds from 0 to 999 999 999', () => {
    for (const [delta, seconds, nanoseconds] of [
      [1n, 0n, 1n],
      [-1n, -1n, 999_999_999n],
      [-1_000_000_000n, -1n, 0n],
      [2_500_000_000n, 2n, 500_000_000n],
    ] as const) {
      const octets = stepTimex(delta);
      expect(modesOf(octets)).to.equal(ADJ.SETOFFSET | ADJ.NANO);
      expect([longAt(octets, 72), longAt(octets, 80)]).to.deep.equal([seconds, nanoseconds]);
    }
  });

  it('touches TAI only when asked', () => {
    const request = { status: STA.UNSYNC, maxErrorUs: 5, estErrorUs: 1 };
    expect(modesOf(statusTimex({ ...request, taiMinusUtc: undefined })) & ADJ.TAI).to.equal(0);
    const octets = statusTimex({ ...request, taiMinusUtc: 37 });
    expect([modesOf(octets) & ADJ.TAI, longAt(octets, 48)]).to.deep.equal([ADJ.TAI, 37n]);
  });
});
