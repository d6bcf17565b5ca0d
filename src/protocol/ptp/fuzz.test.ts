import { expect } from 'chai';
import { MESSAGE_KINDS } from './testing/arbitrary.js';
import { fuzzCodec } from './testing/fuzz.js';

describe('10⁵ random and mutated frames', () => {
  it('do not make the codec throw, and include every kind', () => {
    const outcomes = fuzzCodec(100_000, 0xc0ffee);
    expect([...outcomes.keys()]).to.have.members([...MESSAGE_KINDS, 'length', 'version', 'type', 'body', 'tlv']);
    expect(Math.min(...outcomes.values())).to.be.above(100);
  }).timeout(20_000);
});
