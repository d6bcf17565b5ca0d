import { expect } from 'chai';
import { Admission } from './admission.js';

describe('the admission of connections', () => {
  let now: number;
  let admission: Admission;
  /** Makes `count` connections within a second and returns the number that was taken. */
  const flood = (peer: (index: number) => string, count: number): number => {
    let taken = 0;
    for (let index = 0; index < count; index++) {
      now += 1000 / count;
      if (admission.admits(peer(index))) taken++;
    }
    return taken;
  };

  beforeEach(() => {
    now = 0;
    admission = new Admission(0.1, () => now);
  });

  it('takes all that come at a usual rate', () => {
    for (let second = 0; second < 10; second++) expect(flood(() => 'a', 200)).to.equal(200);
  });

  it('takes as many of a flood as its share allows', () => {
    flood(() => 'a', 4000);
    expect(flood(() => 'a', 2000)).to.be.within(195, 210);
    expect(admission.pause()).to.be.above(0);
  });

  it('takes the one of a peer that has had none for a while all the same', () => {
    flood(() => 'a', 1000);
    expect([admission.admits('a'), admission.admits('b'), admission.admits('b')]).to.deep.equal([false, true, false]);
    flood(() => 'a', 1000);
    expect(admission.admits('b')).to.equal(true);
  });

  it('takes no more of a flood from many peers', () => {
    flood((index) => `peer ${index}`, 3000);
    expect(flood((index) => `other ${index}`, 3000)).to.be.within(195, 210);
  });
});
