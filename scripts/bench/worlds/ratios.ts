import type { Scenario } from '../../../src/lab/scenario/index.js';
import { liesOf } from '../../../src/lab/worlds/lies.js';
import { median, quantile } from '../figures.js';
import { micro, type WorldRow } from './lines.js';

/** A world in which chronyd ran beside the hub. */
export type RatioRow = WorldRow & { readonly chronyNs?: number; readonly asymmetryNs?: number };

const ratioOf = ({ rmsNs, chronyNs = Number.NaN }: RatioRow): number => rmsNs / chronyNs;

/** Returns true for an error that is above chrony's even without the asymmetry of the nearest right path. */
const isUnexplained = (row: RatioRow): boolean =>
  ratioOf(row) > MUCH_WORSE && row.rmsNs - (row.asymmetryNs ?? 0) > (row.chronyNs ?? Number.NaN);

const MUCH_WORSE = 2;

/** Returns half of the difference of the directions of the right server with the shortest round trip. No program can see it. */
export function nearestAsymmetryNs(scenario: Scenario): number {
  const wrong = new Set(liesOf(scenario).map(({ source }) => source));
  const [nearest] = scenario.server
    .filter(({ name }) => !wrong.has(name))
    .map(({ up, down = up }) => ({ up: up.baseNs, down: down.baseNs }))
    .sort((a, b) => a.up + a.down - b.up - b.down);
  return Math.abs(nearest!.up - nearest!.down) / 2;
}

/** Returns the line of a world: the hub's error, chrony's, their ratio, and what explains it. */
export function ratioLine(row: RatioRow): string {
  const { seed, rmsNs, chronyNs = Number.NaN, asymmetryNs = 0, outsideS, liars } = row;
  const errors = `${micro(rmsNs).padStart(9)} / ${micro(chronyNs).padStart(9)} = ${ratioOf(row).toFixed(2).padStart(6)}`;
  const notes = [
    `nearest right path ${micro(asymmetryNs)} asymmetric`,
    ...(liars.length > 0 ? [`${liars.length} wrong`] : []),
    ...(outsideS > 0 ? [`${outsideS} s outside the bound`] : []),
  ];
  return [`${String(seed).padStart(6)}: ${errors}`, ...notes].join('; ');
}

/** Returns the lines of the summary of the ratios. */
export function ratioSummary(rows: readonly RatioRow[]): readonly string[] {
  const ratios = rows.map(ratioOf);
  const text = (share: number): string => quantile(ratios, share)!.toFixed(2);
  const above = (limit: number): number => ratios.filter((ratio) => ratio > limit).length;
  const worst = rows.reduce((most, row) => (ratioOf(row) > ratioOf(most) ? row : most));
  return [
    `hub / chrony: median ${median(ratios).toFixed(2)}, 10 % ${text(0.1)}, 90 % ${text(0.9)}, ` +
      `worst ${ratioOf(worst).toFixed(2)} (world ${worst.seed})`,
    `above 1 in ${above(1)}, above 1.1 in ${above(1.1)}, above 2 in ${above(2)} of ${rows.length}; ` +
      `above 2 and not by the asymmetry of the nearest right path: ${rows.filter(isUnexplained).length}`,
  ];
}
