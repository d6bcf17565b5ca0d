import { expect } from 'chai';
import { MomentCache } from './moment-cache.js';

describe('a cache of one moment', () => {
  it('has the values of this moment only', () => {
    const cache = new MomentCache<string, number>();
    cache.set('a', 1);
    expect([cache.get('a'), cache.get('b')]).to.deep.equal([1, undefined]);
    cache.clear();
    expect(cache.get('a')).to.equal(undefined);
    cache.set('b', 2);
    cache.set('b', 3);
    expect([cache.get('a'), cache.get('b')]).to.deep.equal([undefined, 3]);
    cache.delete('b');
    expect(cache.get('b')).to.equal(undefined);
  });
});
