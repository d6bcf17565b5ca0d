/**
 * Compares the offsets that a ptp4l slave sees from our grandmaster with those that another slave sees from a ptp4l
 * grandmaster, at the same time over the same virtual wire: kernel stamps, one system clock, so that the true offset is zero.
 * Needs root, and fetches linuxptp.
 *
 *   npm run bench:ptp-veth -- [--pairs REGEXP] [--samples N] [--runs N]
 *
 * Each run has new processes; the ratio is that of the RMS of all runs, without the largest twentieth. Exit status 1 if a
 * ratio is above the limit.
 */

import { Bench } from '../../test/bench.js';
import { PAIRINGS, type Pairing } from '../../test/interop/ptp-pairs.js';
import { compareGrandmasters, type Seen, trimmedRms } from '../../test/interop/ptp-ratio.js';
import { PtpRig } from '../../test/interop/ptp-rig.js';
import { fetchPeer, findPeer, type Peer } from '../../test/peers.js';
import { readArguments } from '../arguments.js';
import { median } from './figures.js';

const LIMIT = 1.3;
const { values: options } = readArguments({
  options: {
    pairs: { type: 'string', default: '' },
    samples: { type: 'string', default: '120' },
    runs: { type: 'string', default: '3' },
  },
});

async function runOnce(pairing: Pairing, linuxptp: Peer): ReturnType<typeof compareGrandmasters> {
  const bench = new Bench();
  try {
    return await compareGrandmasters(new PtpRig(bench, linuxptp, 2), pairing, Number(options.samples));
  } finally {
    await bench.clear();
  }
}

/** RMS and median of the offsets, and the path delay, ns. */
function summary(runs: readonly Seen[]) {
  const offsets = runs.flatMap(({ offsetsNs }) => offsetsNs);
  return {
    rms: trimmedRms(offsets),
    bias: median(offsets),
    delay: median(runs.map(({ pathDelayNs }) => pathDelayNs)),
  };
}

async function measure(pairing: Pairing, linuxptp: Peer) {
  const runs: Awaited<ReturnType<typeof runOnce>>[] = [];
  for (let n = 0; n < Number(options.runs); n++) runs.push(await runOnce(pairing, linuxptp));
  const each = runs.map(({ ours, theirs }) => trimmedRms(ours.offsetsNs) / trimmedRms(theirs.offsetsNs));
  const [ours, theirs] = [summary(runs.map((run) => run.ours)), summary(runs.map((run) => run.theirs))];
  return { ours, theirs, ratio: ours.rms / theirs.rms, each };
}

const problem = fetchPeer('linuxptp');
const found = findPeer('linuxptp');
if ('missing' in found) throw new Error(problem);

const row = (name: string, ...cells: readonly (string | number)[]): void =>
  console.log(name.padEnd(20) + cells.map((cell) => String(cell).padStart(9)).join(''));
const figures = ({ rms, bias, delay }: ReturnType<typeof summary>): readonly number[] =>
  [rms, bias, delay].map(Math.round);

console.log(
  `offsets that ptp4l sees, ns, ${options.runs} x ${options.samples}: ours, then those of a ptp4l grandmaster`,
);
row('', 'RMS', 'median', 'delay', 'RMS', 'median', 'delay', 'ratio', 'runs');
let worst = 0;
for (const pairing of PAIRINGS.filter(({ name }) => new RegExp(options.pairs).test(name))) {
  const { ours, theirs, ratio, each } = await measure(pairing, found.peer);
  const runs = each.map((value) => value.toFixed(2)).join(' ');
  row(pairing.name, ...figures(ours), ...figures(theirs), ratio.toFixed(2), `  ${runs}`);
  worst = Math.max(worst, ratio);
}
process.exitCode = worst <= LIMIT ? 0 : 1;
