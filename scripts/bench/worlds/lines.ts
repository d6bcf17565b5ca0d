import type { LiarResult, WorldResult } from '../../../src/lab/worlds/run-world.js';
import { median, sorted } from '../figures.js';

export interface WorldRow extends WorldResult {
  readonly seed: number;
}

/** A world fails if truth leaves the majority bound, or the bound without a wrong carrier, or for longer than `MOST_RATIO` allows. */
export const failed = (row: WorldResult): boolean =>
  row.unexplainedS > 0 || row.outsideMajorityS > 0 || worstRatio(row) > MOST_RATIO;

/** Largest time outside the bound because of a wrong carrier, as a multiple of an ideal detector's time. */
export const MOST_RATIO = 3;

/** Returns the largest ratio of the time outside the bound to an ideal detector's time; 0 without wrong carriers. */
export const worstRatio = ({ liars }: WorldResult): number =>
  liars.reduce((most, liar) => Math.max(most, ratioOf(liar)), 0);

const ratioOf = ({ outsideS, idealS = Number.POSITIVE_INFINITY }: LiarResult): number => outsideS / idealS;

/** Returns the line of a world with seconds outside a bound. */
export function worldLine(row: WorldRow): string {
  return [
    `${failed(row) ? '!' : ' '} ${String(row.seed).padStart(6)}: outside ${row.outsideS} s (${row.unseenS} s unseen, ${row.unexplainedS} s unexplained), majority bound ${row.outsideMajorityS} s`,
    `error/sigma ${row.normalised?.toFixed(2) ?? 'none'}`,
    `largest error ${micro(row.maxNs)}`,
    ...row.liars.map(liarText),
  ].join('; ');
}

function liarText({ source, sinceS, offsetNs, driftPpb, outsideS, idealS, carriedS }: LiarResult): string {
  const lie = driftPpb === 0 ? `off by ${micro(offsetNs)}` : `drifts by ${(driftPpb / 1e3).toFixed(3)} ppm`;
  const since = sinceS === 0 ? '' : ` since ${sinceS.toFixed(0)} s`;
  const ideal = idealS === undefined ? 'cannot be seen' : `ideal ${idealS} s, ratio ${(outsideS / idealS).toFixed(2)}`;
  return `${source} ${lie}${since}: carried ${carriedS} s, outside ${outsideS} s, ${ideal}`;
}

/** Returns the lines of the summary. */
export function summary(rows: readonly WorldRow[]): readonly string[] {
  const total = (of: (row: WorldRow) => number): number => rows.reduce((sum, row) => sum + of(row), 0);
  const count = (of: (row: WorldRow) => boolean): number => rows.filter(of).length;
  const ratios = rows.flatMap(({ liars }) => liars.filter(({ outsideS }) => outsideS > 0)).map(ratioOf);
  return [
    `worlds ${rows.length} (${Math.round(total(({ steadyS }) => steadyS) / 3600)} h), failed ${count(failed)}`,
    `outside the bound: ${count(({ outsideS }) => outsideS > 0)} worlds, ${total(({ outsideS }) => outsideS)} s; ` +
      `right after a step that nothing can show yet: ${total(({ unseenS }) => unseenS)} s; ` +
      `unexplained: ${count(({ unexplainedS }) => unexplainedS > 0)} worlds, ${total(({ unexplainedS }) => unexplainedS)} s`,
    `outside the majority bound: ${count(({ outsideMajorityS }) => outsideMajorityS > 0)} worlds, ` +
      `${total(({ outsideMajorityS }) => outsideMajorityS)} s; without one: ${total(({ noMajorityS }) => noMajorityS)} s`,
    `outside with a wrong carrier: ${ratios.length}${ratios.length === 0 ? '' : ratioText(ratios)}`,
    `median RMS ${micro(median(rows.map(({ rmsNs }) => rmsNs)))}, median error/sigma ` +
      median(rows.flatMap(({ normalised }) => normalised ?? [])).toFixed(2),
  ];
}

const ratioText = (ratios: readonly number[]): string =>
  `, time / ideal detector's: median ${median(ratios).toFixed(2)}, largest ${sorted(ratios).at(-1)!.toFixed(2)}, ` +
  `above ${MOST_RATIO} in ${ratios.filter((ratio) => ratio > MOST_RATIO).length}`;

export const micro = (ns: number): string =>
  Math.abs(ns) < 1e6 ? `${(ns / 1e3).toFixed(1)} µs` : `${(ns / 1e6).toFixed(2)} ms`;
