/** From the results of a row's seeds to its lines in the table: figures, verdicts, and how they are shown. */
import { formatDuration } from '../../dist/src/api/index.js';

/** Truth / stated sigma (RMS) of a stationary row, and the share of its seconds in which the truth may leave the bound. */
const HONEST_FROM = 0.8;
const HONEST_TO = 1.25;
const OUTSIDE_AT_MOST = 1e-4;

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const sum = (values) => values.reduce((total, value) => total + value, 0);
const rms = (values) => Math.sqrt(sum(values.map((value) => value * value)) / values.length);
const farthest = (ratios) =>
  ratios.reduce((most, ratio) => (Math.abs(Math.log(ratio)) > Math.abs(Math.log(most)) ? ratio : most), 1);
const orNever = (seconds) => (seconds === null ? Number.POSITIVE_INFINITY : seconds * 1e9);
const spread = (values) => ({ ours: median(values), low: Math.min(...values), high: Math.max(...values) });

/** The figure of a row over its seeds, in ns (seconds as ns too). */
function figureOf({ figure, limit = '1ms' }, results) {
  switch (figure) {
    case 'rms':
      return spread(results.map(({ rmsNs }) => rmsNs));
    case 'event':
      return spread(results.map(({ peakNs }) => peakNs));
    case 'within':
      return spread(results.map(({ withinS }) => orNever(withinS[limit])));
    case 'probes': {
      const all = results.flatMap(({ probesNs }) => probesNs);
      return { ...spread(all.map(Math.abs)), ours: rms(all) };
    }
  }
}

/** How honest sigma and bound were. Sigma is judged in stationary rows, which are those with an RMS. */
function honestyOf({ figure }, results) {
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

/** One line of the table, or two: an event has a peak and a recovery. */
export function linesOf({ name, scenario, results }) {
  const { reference, summary } = scenario;
  const honesty = honestyOf(reference, results);
  const line = (title, found, { chrony, linear, weighted, prototype, target }) => ({
    name,
    title,
    chrony,
    linear,
    weighted,
    prototype,
    ...found,
    ratio: found.ours / chrony,
    target,
    done: found.ours <= target,
    ...honesty,
  });
  if (reference.figure !== 'event') return [line(summary, figureOf(reference, results), reference)];
  const recovery = { chrony: reference['chrony-recovery'], target: reference['target-recovery'] };
  return [
    line(`${summary}: peak`, figureOf(reference, results), reference),
    line(`${summary}: back`, spread(results.map(({ recoveryS }) => orNever(recoveryS))), recovery),
  ];
}

const time = (ns) => {
  if (ns === undefined) return '–';
  if (ns === 0) return '0';
  return ns < 100 ? `${ns.toPrecision(3)} ns` : formatDuration(ns);
};
const marked = (text, isGood) => (isGood ? text : `${text} !`);
const normalisedOf = ({ normalised, worst, sigmaHonest }) =>
  marked(`${normalised.toFixed(2)} (${worst.toFixed(2)})`, sigmaHonest);
const outsideOf = ({ violations, boundHonest }) =>
  marked(violations === 0 ? '0' : violations.toExponential(1), boundHonest);

const COLUMNS = [
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
/** On the page: what a reader compares. */
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

export function textTable(lines) {
  const rows = [COLUMNS.map(([title]) => title), ...lines.map((line) => COLUMNS.map(([, cell]) => cell(line)))];
  const width = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const padded = (cell, i) => (i === 0 ? cell.padEnd(width[i]) : cell.padStart(width[i]));
  return rows.map((row) => row.map(padded).join('  ')).join('\n');
}

export function pageTable(lines) {
  const columns = COLUMNS.filter(([title]) => PAGE.includes(title));
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const cellOf = (line, [title, cell]) => (title === 'timehub' ? marked(`**${cell(line)}**`, line.done) : cell(line));
  return [
    row(columns.map(([title]) => title)),
    row(columns.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...lines.map((line) => row(columns.map((column) => cellOf(line, column)))),
  ].join('\n');
}

/** What is not as it should be, a sentence each. */
export function missesOf(lines) {
  const first = new Map(lines.map((line) => [line.name, line]).reverse());
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
