import { expect } from 'chai';
import { ClosedLoop } from '../testing/closed-loop.js';

const US = 1e3;
const MS = 1e6;

describe('two majorities that share a far source', () => {
  it('are told apart by their usual errors, whoever was first', () => {
    const world = new ClosedLoop({ slowPpb: 2000 });
    world.discipline();
    world.add({ id: 'ntp.far', delayNs: 12.6 * MS, jitterNs: 100 * US, everyNs: 8e9 });
    world.add({ id: 'ntp.liar', delayNs: 0.4 * MS, jitterNs: 3 * US, everyNs: 8e9, offsetNs: -7.5 * MS });
    world.run(60);
    expect(world.source('ntp.liar').state).to.equal('combined');
    world.add({ id: 'ntp.right', delayNs: 0.2 * MS, jitterNs: 1 * US, everyNs: 8e9 });
    world.run(300);
    expect(world.source('ntp.liar').state).to.equal('rejected');
    expect(world.source('ntp.right').state).to.equal('combined');
    const { offsetNs, boundNs } = world.clock();
    expect(Math.abs(offsetNs - world.thetaNs)).to.be.below(boundNs);
  });
});
