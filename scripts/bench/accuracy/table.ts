/** Turns the results of a row's seeds into lines of the table: figures, verdicts and their texts. */
import { formatDuration, type Ns } from '../../../src/api/index.js';
import type { Scenario, SimulationResult } from '../../../src/lab/scenario/index.js';
import { alignedColumns, median } from '../figures.js';

/** Limits of truth / stated sigma (RMS) of a stationary row, and of the share of its seconds outside the bound. */
const HONEST_FROM = 0.8;
const HONEST_TO = 1.25;
const OUTSIDE_AT_MOST = 1e-4;

type Reference = NonNullable<Scenario['reference']>;
type Results = readonly SimulationResult[];

/** A figure over the seeds: its median, smallest and largest value, ns. */
interface Spread {
  readonly ours: Ns;
  readonly low: Ns;
  readonly high: Ns;
}

/** The honesty of sigma and bound. Sigma is judged in stationary rows only, those with an RMS. */
interface Honesty {
  readonly normalised: number;
  readonly worst: number;
  readonly sigmaHonest: boolean;
  readonly violations: number;
  readonly boundHonest: boolean;
}

type Compared = Partial<Record<'chrony' | 'linear' | 'weighted' | 'prototype' | 'target', Ns | undefined>>;

/** One line of the table. Times are in ns, including those of the compared programs. */
interface TableLine extends Spread, Honesty, Compared {
  readonly name: string;
  readonly title: string;
  readonly ratio: number;
  readonly done: boolean;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const rms = (values: readonly number[]): number => Math.sqrt(sum(values.map((value) => value * value)) / values.length);
const farthest = (ratios: readonly number[]): number =>
  ratios.reduce((most, ratio) => (Math.abs(Math.log(ratio)) > Math.abs(Math.log(most)) ? ratio : most), 1);
/** Converts seconds to ns. */
const orNever = (seconds: number | null | undefined): Ns =>
  seconds == null ? Number.POSITIVE_INFINITY : seconds * 1e9;
const spread = (values: readonly number[]): Spread => ({
  ...{ ours: median(values), low: Math.min(...values), high: Math.max(...values) },
});

/** Returns the figure of a row over its seeds. */
function figureOf({ figure, limit = '1ms' }: Reference, results: Results): Spread {
  switch (figure) {
    case 'rms':
      return spread(results.map(({ rmsNs }) => rmsNs));
    case 'event':
      return spread(results.map(({ peakNs }) => peakNs ?? Number.NaN));
    case 'within':
      return spread(results.map(({ withinS }) => orNever(withinS[limit])));
    case 'probes': {
      const all = results.flatMap(({ probesNs }) => probesNs);
      return { ...spread(all.map(Math.abs)), ours: rms(all) };
    }
  }
}

function honestyOf({ figure }: Reference, results: Results): Honesty {
  const known = results.map(({ normalisedErrorRms }) => normalisedErrorRms).filter((value) => value !== null);
  const normalised = known.length === 0 ? Number.NaN : median(known);
  const violations =
    sum(results.map(({ boundViolations }) => boundViolations)) / sum(results.map(({ steadyS }) => steadyS));
  return {
    normalised,
    worst: farthest(known),
    sigmaHonest: figure !== 'rms' || (normalised >= HONEST_FROM && normalised <= HONEST_TO),
    violations,
    boundHonest: violations < OUTSIDE_AT_MOST,
  };
}

/** Returns one line of the table, or two: an event has a peak and a recovery. */
export function linesOf({
  name,
  scenario: { reference, summary },
  results,
}: {
  readonly name: string;
  readonly scenario: Scenario;
  readonly results: Results;
}): readonly TableLine[] {
  if (reference === undefined) throw new Error(`${name} has no [reference]`);
  const honesty = honestyOf(reference, results);
  const line = (title: string, found: Spread, compared: Compared): TableLine => {
    const { chrony = Number.NaN, linear, weighted, prototype, target = Number.NaN } = compared;
    return {
      ...{ name, title, chrony, linear, weighted, prototype },
      ...found,
      ...{ ratio: found.ours / chrony, target, done: found.ours <= target },
      ...honesty,
    };
  };
  if (reference.figure !== 'event') return [line(summary, figureOf(reference, results), reference)];
  const recovery = { chrony: reference['chrony-recovery'], target: reference['target-recovery'] };
  return [
    line(`${summary}: peak`, figureOf(reference, results), reference),
    line(`${summary}: back`, spread(results.map(({ recoveryS }) => orNever(recoveryS))), recovery),
  ];
}

const time = (ns: Ns | undefined): string => {
  if (ns === undefined) return '–';
  if (ns === 0) return '0';
  return ns < 100 ? `${ns.toPrecision(3)} ns` : formatDuration(ns);
};
const marked = (text: string, isGood: boolean): string => (isGood ? text : `${text} !`);
const normalisedOf = ({ normalised, worst, sigmaHonest }: Honesty): string =>
  marked(`${normalised.toFixed(2)} (${worst.toFixed(2)})`, sigmaHonest);
const outsideOf = ({ violations, boundHonest }: Honesty): string =>
  marked(violations === 0 ? '0' : violations.toExponential(1), boundHonest);

type Column = readonly [title: string, cell: (line: TableLine) => string];

const COLUMNS: readonly Column[] = [
  ['scenario, poll', ({ title }) => title],
  ['chrony', ({ chrony }) => time(chrony)],
  ['linear', ({ linear }) => time(linear)],
  ['weighted', ({ weighted }) => time(weighted)],
  ['prototype', ({ prototype }) => time(prototype)],
  ['timehub', ({ ours }) => time(ours)],
  ['seeds', ({ low, high }) => `${time(low)} … ${time(high)}`],
  ['/ chrony', ({ ratio }) => ratio.toFixed(2)],
  ['target', ({ target }) => time(target)],
  ['done', ({ done }) => (done ? 'yes' : 'NO')],
  ['norm. error (worst)', normalisedOf],
  ['outside', outsideOf],
];
/** Columns of the page. */
const PAGE = [
  'scenario, poll',
  'chrony',
  'linear',
  'weighted',
  'timehub',
  '/ chrony',
  'target',
  'norm. error (worst)',
  'outside',
];

export function textTable(lines: readonly TableLine[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...lines.map((line) => COLUMNS.map(([, cell]) => cell(line)))];
  return alignedColumns(rows);
}

export function pageTable(lines: readonly TableLine[]): string {
  const columns = COLUMNS.filter(([title]) => PAGE.includes(title));
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const cellOf = (line: TableLine, [title, cell]: Column): string =>
    title === 'timehub' ? marked(`**${cell(line)}**`, line.done) : cell(line);
  return [
    row(columns.map(([title]) => title)),
    row(columns.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...lines.map((line) => row(columns.map((column) => cellOf(line, column)))),
  ].join('\n');
}

/** Returns a sentence for each limit that is missed. */
export function missesOf(lines: readonly TableLine[]): readonly string[] {
  const first = new Map(lines.map((line) => [line.name, line] as const).reverse());
  const honest = [...first.values()].reverse();
  return [
    ...lines
      .filter(({ done }) => !done)
      .map(({ title, ours, target }) => `${title}: ${time(ours)}, target ${time(target)}`),
    ...honest
      .filter(({ sigmaHonest }) => !sigmaHonest)
      .map(
        ({ title, normalised }) =>
          `${title}: normalised error ${normalised.toFixed(2)}, not within ${HONEST_FROM} … ${HONEST_TO}`,
      ),
    ...honest
      .filter(({ boundHonest }) => !boundHonest)
      .map(
        ({ title, violations }) =>
          `${title}: outside the bound in ${violations.toExponential(1)} of the seconds, not below ${OUTSIDE_AT_MOST.toExponential(0)}`,
      ),
  ];
}
