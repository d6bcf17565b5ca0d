import { expect } from 'chai';
import { ConnectionAdmission } from './connection-admission.js';

describe('the admission of connections', () => {
  let now: number;
  let admission: ConnectionAdmission;
  /** Makes `count` connections within a second and returns the number of accepted ones. */
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
    admission = new ConnectionAdmission(0.1, () => now);
  });

  it('accepts all connections at a usual rate', () => {
    for (let second = 0; second < 10; second++) expect(flood(() => 'a', 200)).to.equal(200);
  });

  it('accepts as many of a flood as its share allows', () => {
    flood(() => 'a', 4000);
    expect(flood(() => 'a', 2000)).to.be.within(195, 210);
    expect(admission.pause()).to.be.above(0);
  });

  it('accepts the connection of a peer that had none for a while during a flood', () => {
    flood(() => 'a', 1000);
    expect([admission.admits('a'), admission.admits('b'), admission.admits('b')]).to.deep.equal([false, true, false]);
    flood(() => 'a', 1000);
    expect(admission.admits('b')).to.equal(true);
  });

  it('accepts no more of a flood from many peers', () => {
    flood((index) => `peer ${index}`, 3000);
    expect(flood((index) => `other ${index}`, 3000)).to.be.within(195, 210);
  });
});
