import { expect } from 'chai';
import { NS_PER_S } from '../../api/index.js';
import { RepeatLimit } from './repeat-limit.js';

const S = BigInt(NS_PER_S);

describe('the sentences of one subject', () => {
  it('are limited, however many different ones there are', () => {
    const allowance = new RepeatLimit(0n);
    let told = 0;
    for (let k = 0; k < 100_000; k++) if (allowance.take(`sentence ${k}`, S)) told++;
    expect(told).to.equal(30);
  });

  it('cost the same each, however many came before', () => {
    const allowance = new RepeatLimit(0n);
    for (let k = 0; k < 100_000; k++) allowance.take(`sentence ${k}`, S);
    expect(allowance.remembered).to.be.at.most(64);
  });
});
