import { expect } from 'chai';
import { editDistance, nearest } from './nearest.js';

describe('the nearest word', () => {
  it('has at most two mistakes, fewer in short words', () => {
    expect(nearest('servr', ['host', 'server'])).to.equal('server');
    expect(nearest('hots', ['host', 'port'])).to.equal('host');
    expect(nearest('ntpp', ['ntp', 'nts'])).to.equal('ntp');
    expect(nearest('abc', ['xyc'])).to.equal(undefined);
    expect(nearest('colour', ['host', 'port'])).to.equal(undefined);
  });

  it('is found in another notation', () => {
    expect(nearest('pollMin', ['poll-max', 'poll-min'])).to.equal('poll-min');
    expect(nearest('POLL_MIN', ['poll-max', 'poll-min'])).to.equal('poll-min');
  });

  it('does not exist for a word without a common letter', () => {
    expect(nearest('xy', ['ab', 's'])).to.equal(undefined);
    expect(nearest('', ['a'])).to.equal(undefined);
  });
});

describe('the edit distance', () => {
  it('counts insertions, deletions, replacements and swaps, up to its limit', () => {
    expect(editDistance('kitten', 'sitting', 5)).to.equal(3);
    expect(editDistance('prot', 'port', 5)).to.equal(1);
    expect(editDistance('abc', 'abc', 0)).to.equal(0);
    expect(editDistance('abcdef', 'uvwxyz', 2)).to.equal(3);
  });
});
