import { expect } from 'chai';
import { SeededRandom } from '../testing/random.js';
import { FloorMovement } from './floor-movement.js';

const JITTER_NS = 3000;

/** Feeds exchanges whose outbound legs have a floor, and returns the bias's sigma after each thousand, ns. */
function sigmas(floor: FloorMovement, exchanges: number, outboundNs: (n: number) => number): readonly number[] {
  const random = new SeededRandom(5);
  const found: number[] = [];
  for (let n = 0; n < exchanges; n++) {
    floor.add('outbound', 50e3 + outboundNs(n) + JITTER_NS * random.exponential());
    floor.add('inbound', 50e3 + JITTER_NS * random.exponential());
    if (n % 1000 === 999) found.push(Math.sqrt(floor.biasVariance));
  }
  return found;
}

const sine = (n: number): number => 4500 * (1 - Math.cos((2 * Math.PI * n) / 1800));

describe('the movement of a path’s floor', () => {
  it('is half of what the round trip moves, which one direction alone makes', () => {
    const found = sigmas(new FloorMovement(), 6000, sine);
    for (const sigma of found.slice(2)) expect(sigma).to.be.within(1300, 1900);
  });

  it('is none on a path that does not move', () => {
    for (const sigma of sigmas(new FloorMovement(), 20_000, () => 0)) expect(sigma).to.equal(0);
  });

  it('is none where queues come and go, and where a few legs are early', () => {
    const random = new SeededRandom(6);
    const queues = sigmas(new FloorMovement(), 20_000, () =>
      random.uniform() < 0.3 ? 50e3 * random.exponential() : 0,
    );
    const modes = sigmas(new FloorMovement(), 20_000, () => (random.uniform() < 0.05 ? -12e3 : 0));
    for (const sigma of [...queues, ...modes]) expect(sigma).to.equal(0);
  });

  it('is none where the first stretch was shorter than all others', () => {
    const floor = new FloorMovement();
    for (const sigma of sigmas(floor, 20_000, (n) => (n < 16 ? -12e3 : 0))) expect(sigma).to.equal(0);
  });

  it('is counted once for each round trip, however many legs a direction has', () => {
    const [even, busy] = [new FloorMovement(), new FloorMovement()];
    for (let n = 0; n < 4000; n++) {
      for (const floor of [even, busy]) floor.add('inbound', sine(n));
      for (let k = 0; k < 7; k++) busy.add('inbound', sine(n));
      for (const floor of [even, busy]) floor.add('outbound', 0);
    }
    expect(even.biasVariance).to.be.above(1e6);
    expect(busy.biasVariance).to.equal(even.biasVariance);
  });

  it('is forgotten with the path', () => {
    const floor = new FloorMovement();
    sigmas(floor, 4000, sine);
    floor.reset();
    expect(floor.biasVariance).to.equal(0);
    for (const sigma of sigmas(floor, 4000, () => 10e3)) expect(sigma).to.equal(0);
  });
});
