import { expect } from 'chai';
import { PROFILES } from '../profile/presets.js';
import { receiver, transmitter } from './testing/ports.js';
import { SimulatedNetwork, SimulatedNode } from './testing/simulated-network.js';
import type { GrandmasterData } from './transmitter/grandmaster-data.js';

function claimed(profile: 'c37.238' | 'c37.238-2011' | '61850-9-3', data: Partial<GrandmasterData>) {
  const master = new SimulatedNode('master', transmitter(PROFILES[profile], 1, data));
  const slave = new SimulatedNode('slave', receiver(PROFILES[profile]));
  new SimulatedNetwork([master, slave], { delayNs: () => 300 }).run(20);
  return { tlvs: master.sent('announce').at(-1)?.tlvs, dispersionNs: slave.last('claim')?.claims.rootDispersionNs };
}

describe('the inaccuracy of the power profile', () => {
  const power = { grandmasterId: 77, inaccuracyNs: 180.2 };

  it('is announced in the form of the edition, and widens the bound of clockAccuracy', () => {
    expect(claimed('c37.238', { power })).to.deep.equal({
      tlvs: [{ kind: 'power-2017', grandmasterId: 77, totalInaccuracyNs: 181 }],
      dispersionNs: 181,
    });
    expect(claimed('c37.238-2011', { power })).to.deep.equal({
      tlvs: [{ kind: 'power-2011', grandmasterId: 77, grandmasterInaccuracyNs: 181, networkInaccuracyNs: 0 }],
      dispersionNs: 181,
    });
  });

  it('does not narrow that bound', () => {
    expect(claimed('c37.238', { power: { ...power, inaccuracyNs: 40 } }).dispersionNs).to.equal(100);
  });

  it('is unknown if there is none, or 32 bits cannot hold it, and then has no effect', () => {
    const unknown = {
      tlvs: [{ kind: 'power-2017', grandmasterId: 77, totalInaccuracyNs: 0xffffffff }],
      dispersionNs: 100,
    };
    for (const inaccuracyNs of [Number.NaN, Number.POSITIVE_INFINITY, 5e9]) {
      expect(claimed('c37.238', { power: { ...power, inaccuracyNs } })).to.deep.equal(unknown);
    }
    expect(claimed('61850-9-3', { power })).to.deep.equal({ tlvs: [], dispersionNs: 100 });
  });
});
