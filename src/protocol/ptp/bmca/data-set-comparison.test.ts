import { expect } from 'chai';
import fc from 'fast-check';
import type { Announce } from '../message.js';
import { announceOf, portOf } from '../port/testing/messages.js';
import { announceDataSetOf, compareDataSets, explainComparison } from './data-set-comparison.js';

const here = portOf(5);
const heard = (n: number, body: Partial<Announce> = {}) => announceDataSetOf(announceOf(portOf(n), body), here);
const quality = { clockClass: 248, accuracy: 0xfe, variance: 0xffff };

describe('the data set comparison between grandmasters', () => {
  const cases: readonly (readonly [string, Partial<Announce>, Partial<Announce>])[] = [
    ['priority1', { priority1: 100, quality: { ...quality, clockClass: 255 } }, { priority1: 128 }],
    ['clockClass', { quality: { ...quality, clockClass: 6 }, priority2: 200 }, {}],
    ['clockAccuracy', { quality: { ...quality, accuracy: 0x21 } }, { quality: { ...quality, accuracy: 0x22 } }],
    ['offsetScaledLogVariance', { quality: { ...quality, variance: 0x4e5d } }, {}],
    ['priority2', { priority2: 127 }, {}],
    ['grandmasterIdentity', {}, {}],
  ];
  for (const [criterion, better, worse] of cases) {
    it(`is decided by ${criterion}`, () => {
      const [a, b] = criterion === 'grandmasterIdentity' ? [heard(1), heard(2)] : [heard(2, better), heard(1, worse)];
      expect(compareDataSets(a, b)).to.include({ by: criterion, byTopology: false });
      expect(compareDataSets(a, b).order).to.be.below(0);
      expect(compareDataSets(b, a).order).to.be.above(0);
    });
  }

  it('states the property, with both values', () => {
    expect(explainComparison(heard(2, { priority1: 100 }), heard(1))).to.equal(
      'priority1 100 against 128 of 001122.fffe.000001-1',
    );
    expect(explainComparison(heard(1, { quality: { ...quality, accuracy: 0x21 } }), heard(2))).to.equal(
      'clockAccuracy 0x21 against 0xFE of 001122.fffe.000002-1',
    );
  });
});

describe('the data set comparison of any two', () => {
  const small = fc.integer({ min: 0, max: 2 });
  const candidate = fc
    .tuple(small, small, small, small, small, small)
    .map(([n, gm, priority1, stepsRemoved, port, receiver]) =>
      announceDataSetOf(
        announceOf(portOf(n, port), { grandmaster: portOf(gm).clock, priority1, stepsRemoved }),
        portOf(5, receiver),
      ),
    );

  it('gives the opposite result in the opposite order', () => {
    fc.assert(
      fc.property(candidate, candidate, (a, b) => {
        const [there, back] = [compareDataSets(a, b), compareDataSets(b, a)];
        expect(Math.sign(there.order)).to.equal(0 - Math.sign(back.order));
        expect([there.by, there.byTopology]).to.deep.equal([back.by, back.byTopology]);
      }),
    );
  });
});

describe('the data set comparison within one grandmaster', () => {
  const from = (n: number, stepsRemoved: number, port = 1, receiver = here) =>
    announceDataSetOf(announceOf(portOf(n, port), { grandmaster: portOf(0).clock, stepsRemoved }), receiver);

  it('prefers the shorter path if they differ by two steps', () => {
    const comparison = compareDataSets(from(9, 1), from(1, 3));
    expect(comparison).to.deep.equal({ order: -2, by: 'stepsRemoved', byTopology: false });
  });

  it('one step longer through a receiver above its sender is a detour', () => {
    expect(compareDataSets(from(1, 1), from(4, 2))).to.deep.equal({
      order: -1,
      by: 'stepsRemoved',
      byTopology: true,
    });
    expect(compareDataSets(from(4, 2), from(1, 1))).to.deep.equal({ order: 1, by: 'stepsRemoved', byTopology: true });
  });

  it('one step longer through a receiver below its sender is another path', () => {
    expect(compareDataSets(from(1, 1), from(6, 2))).to.deep.equal({
      order: -1,
      by: 'stepsRemoved',
      byTopology: false,
    });
  });

  it('equal steps are decided by the sender, then by the receiving port', () => {
    expect(compareDataSets(from(1, 1), from(2, 1))).to.include({ by: 'sender', byTopology: true });
    expect(compareDataSets(from(1, 1, 1), from(1, 1, 2)).order).to.equal(-1);
    expect(compareDataSets(from(1, 1, 1, portOf(5, 1)), from(1, 1, 1, portOf(5, 2)))).to.deep.equal({
      ...{ order: -1, by: 'receiver', byTopology: true },
    });
    expect(compareDataSets(from(1, 1), from(1, 1))).to.include({ order: 0, by: 'none' });
  });

  it('ignores the quality', () => {
    const a = { ...from(1, 0), priority1: 255 };
    expect(compareDataSets(a, from(2, 2)).order).to.be.below(0);
  });
});
