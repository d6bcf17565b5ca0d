import { expect } from 'chai';
import fc from 'fast-check';
import { BoundedMap } from './bounded-map.js';

describe('a map whose keys a peer chooses', () => {
  it('never holds more than its capacity', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean())), (pairs) => {
        const map = new BoundedMap<number, boolean>({ capacity: 4, mayGo: (isPoor) => isPoor });
        for (const [key, isPoor] of pairs) {
          map.set(key, isPoor);
          expect(map.size).to.be.at.most(4);
        }
      }),
    );
  });

  it('replaces the oldest entry that may be removed', () => {
    const map = new BoundedMap<string, string>({ capacity: 3, mayGo: (value) => value === 'poor' });
    for (const [key, value] of Object.entries({ a: 'good', b: 'poor', c: 'poor' })) map.set(key, value);
    expect(map.set('d', 'poor')).to.equal(true);
    expect([...map.keys()]).to.deep.equal(['a', 'c', 'd']);
    map.set('c', 'poor');
    map.set('e', 'good');
    expect([...map]).to.deep.equal([
      ['a', 'good'],
      ['c', 'poor'],
      ['e', 'good'],
    ]);
  });

  it('refuses a new key while no entry may be removed, and still updates known keys', () => {
    const map = new BoundedMap<number, string>({ capacity: 2, mayGo: () => false });
    map.set(1, 'one');
    map.set(2, 'two');
    for (let key = 3; key < 10_000; key++) expect(map.set(key, 'late')).to.equal(false);
    expect(map.set(1, 'uno')).to.equal(true);
    expect([...map.values()]).to.deep.equal(['two', 'uno']);
  });
});
