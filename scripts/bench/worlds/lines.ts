import type { LiarResult, WorldResult } from '../../../src/lab/worlds/run-world.js';

export interface WorldRow extends WorldResult {
  readonly seed: number;
}

/** A world fails if truth leaves the majority bound, or the bound without a wrong carrier, or for longer than `MOST_RATIO` allows. */
export const failed = (row: WorldResult): boolean =>
  row.unexplainedS > 0 || (row.outsideMajorityS ?? 0) > 0 || worstRatio(row) > MOST_RATIO;

/** Largest time outside the bound because of a wrong carrier, as a multiple of an ideal detector's time. */
const MOST_RATIO = 3;

/** Returns the largest ratio of the time outside the bound to an ideal detector's time; 0 without wrong carriers. */
export const worstRatio = ({ liars }: WorldResult): number =>
  liars.reduce((most, liar) => Math.max(most, ratioOf(liar)), 0);

const ratioOf = ({ outsideS, idealS = Number.POSITIVE_INFINITY }: LiarResult): number => outsideS / idealS;

/** Returns the line of a world with seconds outside a bound. */
export function worldLine(row: WorldRow): string {
  const majority = row.outsideMajorityS === undefined ? '' : `, majority ${row.outsideMajorityS} s`;
  return [
    `${failed(row) ? '!' : ' '} ${String(row.seed).padStart(6)}: outside ${row.outsideS} s (${row.unexplainedS} s unexplained${majority})`,
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
  const hasMajority = rows.some(({ outsideMajorityS }) => outsideMajorityS !== undefined);
  return [
    `worlds ${rows.length} (${Math.round(total(({ steadyS }) => steadyS) / 3600)} h), failed ${count(failed)}`,
    `outside the bound: ${count(({ outsideS }) => outsideS > 0)} worlds, ${total(({ outsideS }) => outsideS)} s; ` +
      `unexplained: ${count(({ unexplainedS }) => unexplainedS > 0)} worlds, ${total(({ unexplainedS }) => unexplainedS)} s`,
    ...(hasMajority
      ? [
          `outside the majority bound: ${count(({ outsideMajorityS }) => (outsideMajorityS ?? 0) > 0)} worlds, ` +
            `${total(({ outsideMajorityS }) => outsideMajorityS ?? 0)} s`,
        ]
      : []),
    `wrong carriers outside: ${ratios.length}, time / ideal detector's: median ${quantile(ratios, 0.5).toFixed(2)}, ` +
      `largest ${quantile(ratios, 1).toFixed(2)}, above 3 in ${ratios.filter((ratio) => ratio > MOST_RATIO).length}`,
    `median RMS ${micro(
      quantile(
        rows.map(({ rmsNs }) => rmsNs),
        0.5,
      ),
    )}, ` +
      `median error/sigma ${quantile(
        rows.flatMap(({ normalised }) => normalised ?? []),
        0.5,
      ).toFixed(2)}`,
  ];
}

/** Returns a quantile (0 … 1) of the values; 0 without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? 0;
}

const micro = (ns: number): string =>
  Math.abs(ns) < 1e6 ? `${(ns / 1e3).toFixed(1)} µs` : `${(ns / 1e6).toFixed(2)} ms`;
