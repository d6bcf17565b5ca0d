import { expect } from 'chai';
import type { Claims } from '../../api/index.js';
import { Source } from '../tracks/source.js';
import { Relations } from './relations.js';

describe('relations', () => {
  const claim = (source: Source, claims: Partial<Claims>): void =>
    source.claim({ synchronised: true, stratum: 2, ...claims }, 0n, undefined);
  const two = (): [Source, Source] => {
    const sources: [Source, Source] = [new Source('a'), new Source('b')];
    for (const [i, source] of sources.entries()) claim(source, { address: `192.0.2.${i}`, reference: '203.0.113.7' });
    return sources;
  };

  it('are kept while only the errors of the sources change', () => {
    const [relations, sources] = [new Relations(), two()];
    relations.update(sources);
    const before = sources.map(({ dependence }) => dependence);
    expect(before[0]!.group).to.equal(before[1]!.group);
    claim(sources[0], { address: '192.0.2.0', reference: '203.0.113.7', rootDispersionNs: 5, referenceTime: 7n });
    relations.update(sources);
    expect(sources[0].dependence).to.equal(before[0]);
  });

  for (const [what, claims] of Object.entries({
    'another reference': { address: '192.0.2.0', reference: '203.0.113.8' },
    'another address': { address: '192.0.2.9', reference: '203.0.113.8' },
    'another stratum': { address: '192.0.2.0', reference: '203.0.113.7', stratum: 1 },
    'the time of this hub': { address: '192.0.2.0', reference: '203.0.113.7', ours: 'is this hub' },
    'another parent': { address: '192.0.2.0', reference: '203.0.113.7', parent: '203.0.113.9' },
  }))
    it(`are found again when a source claims ${what}`, () => {
      const [relations, sources] = [new Relations(), two()];
      relations.update(sources);
      const before = sources[1].dependence;
      claim(sources[0], claims);
      relations.update(sources);
      expect(sources[1].dependence).not.to.equal(before);
      if (claims.ours === undefined) expect(sources[0].dependence.group).not.to.equal(sources[1].dependence.group);
      else expect(sources[0].dependence.ours).to.equal('is this hub');
    });

  it('are found for a source that takes the place of another one', () => {
    const [relations, sources] = [new Relations(), two()];
    relations.update(sources);
    const [, other] = two();
    relations.update([sources[0], other]);
    expect(other.dependence.group).to.equal(sources[0].dependence.group);
    relations.update([sources[0]]);
    expect(sources[0].dependence.group).to.equal('a');
  });
});
