import { expect } from 'chai';
import { RecentObservations } from './recent-observations.js';

describe('the recent observations of a source', () => {
  it('are its newest 20 observations, however many come at once', () => {
    const memory = new RecentObservations();
    const rate = {
      kind: 'rate',
      clock: 'system',
      stamp: 'kernel',
      noiseFloorNs: 1,
      noisePpb: 1,
      frequencyPpb: 0,
    } as const;
    for (let k = 0; k < 100; k++)
      memory.reported('ntp.a', {
        observations: Array.from({ length: 50 }, (_, n) => ({ ...rate, monotonic: BigInt(50 * k + n) })),
      });
    expect(memory.of('ntp.a').recent).to.have.length(20);
    expect(memory.of('ntp.a').recent!.at(-1)!.monotonic).to.equal(4999n);
  });
});
