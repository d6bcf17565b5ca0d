import { expect } from 'chai';
import fc from 'fast-check';
import type { TimeState } from 'timehub/api';
import { History } from './history.js';

const state = (
  offsetNs: number,
  sources: readonly { id: string; offsetNs: number; observations: number }[] = [],
): TimeState => ({ clocks: [{ offsetNs, sigmaNs: 1, boundNs: 2, frequencyPpb: 3 }], sources }) as unknown as TimeState;

describe('the history', () => {
  it('keeps the last rows, oldest first', () => {
    const history = new History(5);
    for (let second = 0; second < 8; second++) history.record(second, state(second * 10));
    const view = history.view(1000, 100);
    expect(view.t).to.deep.equal([103, 104, 105, 106, 107]);
    expect(view.offsetNs).to.deep.equal([30, 40, 50, 60, 70]);
  });

  it('shows a source only where it was observed', () => {
    const history = new History(10);
    const heard = [0, 1, 1, 2];
    heard.forEach((observations, second) => {
      history.record(second, state(0, [{ id: 'ntp.a', offsetNs: 5, observations }]));
    });
    expect(history.view(1000, 0).sources['ntp.a']).to.deep.equal([null, 5, null, 5]);
    expect(history.newest(0)?.sources).to.deep.equal({ 'ntp.a': 5 });
  });

  it('forgets a source that was removed', () => {
    const history = new History(10);
    history.record(0, state(0, [{ id: 'ntp.a', offsetNs: 5, observations: 1 }]));
    history.record(1, state(0));
    expect(history.view(1000, 0).sources).to.deep.equal({});
  });

  it('has null where nothing is known', () => {
    const history = new History(10);
    history.record(0, { clocks: [], sources: [] } as unknown as TimeState);
    expect(history.view(1000, 0).offsetNs).to.deep.equal([null]);
    expect(history.newest(0)?.offsetNs).to.equal(null);
  });

  it('loses no peak when it is reduced, and keeps its size', () => {
    const offsets = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(offsets, fc.integer({ min: 2, max: 60 }), (values, points) => {
        const history = new History(300);
        values.forEach((value, second) => {
          history.record(second, state(value, [{ id: 'a', offsetNs: value, observations: second + 1 }]));
        });
        const kept = values.slice(-300);
        const { t, offsetNs, sources } = history.view(points, 0);
        expect(t.length).to.be.at.most(Math.max(points, 2));
        expect(offsetNs.length).to.equal(t.length);
        expect(sources.a!.length).to.equal(t.length);
        expect(Math.max(...(offsetNs as number[]))).to.equal(Math.max(...kept));
        expect(Math.min(...(offsetNs as number[]))).to.equal(Math.min(...kept));
        for (let row = 1; row < t.length; row++) expect(t[row]).to.be.above(t[row - 1]!);
      }),
      { numRuns: 200 },
    );
  });
});
