import { expect } from 'chai';
import { Memo } from './memo.js';

describe('kept values', () => {
  let now = 0;
  let made = 0;
  const make = () => ++made;

  beforeEach(() => {
    now = 0;
    made = 0;
  });

  it('are shared for their time, and not longer', () => {
    const memo = new Memo(() => now);
    expect([memo.get('a', 250, make), memo.get('a', 250, make), memo.get('b', 250, make)]).to.deep.equal([1, 1, 2]);
    now = 250;
    expect(memo.get('a', 250, make)).to.equal(3);
    expect(memo.get('a', 0, make), 'one who wants it fresh').to.equal(4);
    expect(memo.get('a', 250, make), 'serves the others').to.equal(4);
  });

  it('are bounded in number', () => {
    const memo = new Memo(() => now);
    memo.get('a', 250, make);
    for (let key = 0; key < 300; key++) memo.get(String(key), 250, make);
    memo.get('a', 250, make);
    expect(made).to.equal(302);
  });

  it('are never undefined', () => {
    const memo = new Memo(() => now);
    expect(memo.get('a', 250, () => undefined)).to.equal(undefined);
    expect(memo.get('a', 250, make)).to.equal(1);
  });
});
