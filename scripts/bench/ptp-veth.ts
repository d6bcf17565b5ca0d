#!/usr/bin/env node
/**
 * What a ptp4l slave sees of our grandmaster, and what another one sees at the same time, over the same virtual wire, of a
 * ptp4l grandmaster: kernel stamps, one system clock, so that the true offset is zero. Needs root, and linuxptp in
 * .cache/peers (npm test fetches it).
 *
 *   npm run bench:ptp-veth -- [--pairs REGEXP] [--samples N] [--runs N]
 *
 * Each run has new processes; the ratio is that of the RMS of all runs, without the largest twentieth. Exit status 1 when a
 * ratio is above the limit.
 */
import { parseArgs } from 'node:util';
import { Bench } from '../dist/test/bench.js';
import { PAIRINGS } from '../dist/test/interop/ptp-pairs.js';
import { compareGrandmasters, trimmedRms } from '../dist/test/interop/ptp-ratio.js';
import { PtpRig } from '../dist/test/interop/ptp-rig.js';
import { fetchPeer, findPeer } from '../dist/test/peers.js';

const LIMIT = 1.3;
const { values: options } = parseArgs({
  options: {
    pairs: { type: 'string', default: '' },
    samples: { type: 'string', default: '120' },
    runs: { type: 'string', default: '3' },
  },
});

async function runOnce(pairing, linuxptp) {
  const bench = new Bench();
  try {
    return await compareGrandmasters(new PtpRig(bench, linuxptp, 2), pairing, Number(options.samples));
  } finally {
    await bench.clear();
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

function summary(runs) {
  const offsets = runs.flatMap(({ offsetsNs }) => offsetsNs);
  return {
    rms: trimmedRms(offsets),
    bias: median(offsets),
    delay: median(runs.map(({ pathDelayNs }) => pathDelayNs)),
  };
}

async function measure(pairing, linuxptp) {
  const runs = [];
  for (let n = 0; n < Number(options.runs); n++) runs.push(await runOnce(pairing, linuxptp));
  const each = runs.map(({ ours, theirs }) => trimmedRms(ours.offsetsNs) / trimmedRms(theirs.offsetsNs));
  const [ours, theirs] = [summary(runs.map((run) => run.ours)), summary(runs.map((run) => run.theirs))];
  return { ours, theirs, ratio: ours.rms / theirs.rms, each };
}

const problem = fetchPeer('linuxptp');
if (problem !== '') throw new Error(problem);
const { peer } = findPeer('linuxptp');

/** Columns of a table, the first to the left. */
const row = (name, ...cells) => console.log(name.padEnd(20) + cells.map((cell) => String(cell).padStart(9)).join(''));
const figures = ({ rms, bias, delay }) => [rms, bias, delay].map(Math.round);

console.log(
  `offsets that ptp4l sees, ns, ${options.runs} x ${options.samples}: ours, then those of a ptp4l grandmaster`,
);
row('', 'RMS', 'median', 'delay', 'RMS', 'median', 'delay', 'ratio', 'runs');
let worst = 0;
for (const pairing of PAIRINGS.filter(({ name }) => new RegExp(options.pairs).test(name))) {
  const { ours, theirs, ratio, each } = await measure(pairing, peer);
  const runs = each.map((value) => value.toFixed(2)).join(' ');
  row(pairing.name, ...figures(ours), ...figures(theirs), ratio.toFixed(2), `  ${runs}`);
  worst = Math.max(worst, ratio);
}
process.exitCode = worst <= LIMIT ? 0 : 1;
