import { expect } from 'chai';
import { DEFAULT_WANDERS, WanderLines } from './wander-lines.js';

const GRADES = DEFAULT_WANDERS.length;

function linesOf(clocks: number): WanderLines {
  const lines = new WanderLines(DEFAULT_WANDERS);
  for (let n = 0; n < clocks; n++) lines.addClock();
  return lines;
}

/** Returns the grades of all clocks for each member. */
const pointsOf = (lines: WanderLines, clocks: number): string[] =>
  Array.from({ length: lines.count }, (_, k) =>
    Array.from({ length: clocks }, (_, clock) => lines.grade(k, clock)).join(' '),
  );

const only = (lines: WanderLines, member: number): Float64Array => {
  const weights = new Float64Array(lines.count);
  weights[member] = 1;
  return weights;
};

describe('the wanders of the members of a bank', () => {
  it('are all hypotheses of a single clock', () => {
    expect(pointsOf(linesOf(1), 1)).to.deep.equal(DEFAULT_WANDERS.map((_, grade) => `${grade}`));
  });

  it('are a line for each clock, and no member twice', () => {
    for (const clocks of [2, 3, 4]) {
      const lines = linesOf(clocks);
      expect(lines.count).to.equal(clocks * GRADES);
      for (let clock = 0; clock < clocks; clock++)
        expect(new Set(Array.from({ length: lines.count }, (_, k) => lines.grade(k, clock))).size).to.equal(GRADES);
    }
    expect(new Set(pointsOf(linesOf(2), 2)).size).to.equal(2 * GRADES);
  });

  it('include every way to share out the top between two clocks', () => {
    const points = pointsOf(linesOf(2), 2);
    for (let grade = 0; grade <= 4; grade++) expect(points).to.include.members([`4 ${grade}`, `${grade} 4`]);
  });

  it('follow the top up and down to any pair', () => {
    for (const [wanted, from] of [
      ['0 7', 4],
      ['8 8', 4],
      ['3 0', 4],
    ] as const) {
      const lines = linesOf(2);
      const [first, second] = wanted.split(' ').map(Number);
      const top = Math.max(first!, second!);
      for (let n = from; n !== top; n += Math.sign(top - from)) {
        const points = pointsOf(lines, 2);
        const towards = top > n ? points.indexOf(`${n + 1} ${n}`) : points.indexOf(`${n - 1} ${n - 1}`);
        const all = only(lines, towards);
        expect(lines.moveTop(all, all)).to.equal(true);
      }
      expect(pointsOf(lines, 2)).to.include(wanted);
    }
  });

  it('do not move while the top is right', () => {
    const lines = linesOf(2);
    const before = pointsOf(lines, 2);
    const all = only(lines, before.indexOf('4 0'));
    expect(lines.moveTop(all, all)).to.equal(false);
    expect(pointsOf(lines, 2)).to.deep.equal(before);
  });

  it('are shared by the clocks beyond the fourth', () => {
    const lines = linesOf(6);
    expect(lines.count).to.equal(lines.capacity);
    for (let k = 0; k < GRADES; k++) expect(lines.grade(k, 4)).to.equal(lines.grade(k, 0));
  });
});
