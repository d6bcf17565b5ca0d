import { expect } from 'chai';
import { cleanText } from '../../api/index.js';
import { FixQuality } from './fix-quality.js';
import type { Fix } from './records.js';

const fix = (epoch: number | undefined, mode: number, status?: number): Fix => ({
  class: 'TPV',
  device: cleanText('/dev/ttyS0'),
  mode,
  status,
  time: epoch === undefined ? undefined : BigInt(epoch) * 1_000_000_000n,
  leapSeconds: undefined,
  antenna: undefined,
});

/** Returns, for each epoch, true when the fix is trusted after it; an epoch is written as the modes of its records. */
function trustAfter(epochs: readonly string[], quality = new FixQuality()): string {
  return epochs
    .map((modes, epoch) => {
      for (const mode of modes) quality.add(fix(epoch, Number(mode)));
      return quality.trusted && !quality.denied ? 'y' : 'n';
    })
    .join('');
}

describe('the trust in a receiver', () => {
  it('needs three full fixes in a row, or five without altitude', () => {
    expect(trustAfter(['3', '3', '3', '3'])).to.equal('nnyy');
    expect(trustAfter(['2', '2', '2', '2', '2', '2'])).to.equal('nnnnyy');
    expect(trustAfter(['23', '223', '3'])).to.equal('nny');
  });

  it('is gained with alternating modes no later than without altitude', () => {
    expect(trustAfter(['3', '2', '3', '2', '3', '2'])).to.equal('nnnnyy');
    expect(trustAfter(['2', '2', '3', '3', '3'])).to.equal('nnnny');
  });

  it('is lost at once with the fix, and gained again', () => {
    expect(trustAfter(['3', '3', '3', '1', '3', '3', '3'])).to.equal('nnynnny');
    expect(trustAfter(['2', '2', '2', '2', '2', '1', '2', '2', '2', '2', '2'])).to.equal('nnnnynnnnny');
  });

  it('is not lost by a poor record beside a good one of the same epoch', () => {
    expect(trustAfter(['3', '3', '3', '31', '13', '3'])).to.equal('nnyyyy');
  });

  it('is kept over fixes without altitude once it is gained', () => {
    expect(trustAfter(['3', '3', '3', '2', '2', '2'])).to.equal('nnyyyy');
  });

  it('is not changed by records that state no mode, unless no others come', () => {
    const quality = new FixQuality();
    for (let epoch = 0; epoch < 8; epoch++) {
      // Ashtech: the next second is named by a record of mode 0 before this one's fix.
      quality.add(fix(epoch + 1, 0));
      quality.add(fix(epoch, 3));
    }
    expect(quality.trusted).to.equal(true);
    for (let n = 0; n < 12; n++) quality.add(fix(9 + n, 0));
    expect(quality.trusted).to.equal(false);
  });

  it('counts a surveyed position as a full fix, whatever its mode', () => {
    const quality = new FixQuality();
    for (let epoch = 0; epoch < 3; epoch++) quality.add(fix(epoch, 2, 7));
    expect(quality.trusted).to.equal(true);
    expect(quality.flat).to.equal(false);
  });

  it('remembers fixes without altitude for ten epochs', () => {
    const quality = new FixQuality();
    trustAfter(['3', '3', '3', '3'], quality);
    expect(quality.flat).to.equal(false);
    for (let epoch = 4; epoch < 16; epoch++) quality.add(fix(epoch, epoch === 4 ? 2 : 3));
    expect(quality.flat).to.equal(false);
    quality.add(fix(16, 2));
    quality.add(fix(17, 3));
    expect(quality.flat).to.equal(true);
  });

  it('does not count an epoch without a fix as one without altitude', () => {
    const quality = new FixQuality();
    trustAfter(['3', '3', '3', '1', '3', '3', '3', '1', '3'], quality);
    expect(quality.flat).to.equal(false);
  });
});
