import { expect } from 'chai';
import { Refusals } from './refusals.js';

const TEXTS = {
  origin: 'do not answer the request: a forger',
  short: 'are too short: another program',
  sender: 'were lost: x',
};

describe('refused replies', () => {
  it('give no sentence while there are none', () => {
    expect(new Refusals(TEXTS).sentence).to.equal(undefined);
  });

  it('are counted in a sentence, in the singular too', () => {
    const refusals = new Refusals(TEXTS);
    refusals.add('origin');
    expect(refusals.sentence).to.equal('1 reply came that does not answer the request: a forger');
    refusals.add('origin');
    expect(refusals.sentence).to.equal('2 replies came that do not answer the request: a forger');
  });

  it('are explained by the most frequent reason and name the others', () => {
    const refusals = new Refusals(TEXTS);
    for (const reason of ['short', 'origin', 'short', 'short', 'sender', 'sender'] as const)
      refusals.add(reason, reason === 'short' ? 'from B' : '');
    expect(refusals.sentence).to.equal(
      '3 replies came that are too short: another program (from B); 2 more were refused (sender); 1 more was refused (origin)',
    );
  });

  it('are dropped on request', () => {
    const refusals = new Refusals(TEXTS);
    refusals.add('short');
    refusals.clear();
    expect(refusals.sentence).to.equal(undefined);
  });
});
