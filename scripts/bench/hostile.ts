#!/usr/bin/env node
/**
 * Prints what each attack of test/hostile does to a hub with NTP servers, a PTP grandmaster, CSPTP, a gpsd and a dashboard, and
 * to an honest client of it: a Markdown table. Each attack has a hub of its own; the client asks for the time 20 times a second,
 * for the status 4 times, and twice at the dashboard's port. Sigma and bound are compared with as long a time before the attack.
 * "waited for CPU": for how long another thread had the CPU when the hub could have run, which delays answers too. "stop":
 * from SIGTERM, while the attack goes on, to the end; "killed" beyond 5 s.
 *
 *   npm run bench:hostile -- [--seconds N] [--only REGEX] [--profile FOLDER]
 *
 * Needs root, a C compiler and chronyd in .cache/peers (npm test fetches it), and wants two idle CPUs. `--profile`: for CPU
 * profiles of the hubs. Exit status 1 when an attack does more than it may (test/hostile/limits.ts).
 */
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';
import { MARK, removeLeftovers } from './testing/leftovers.mjs';
import { onEndWanted } from './testing/signals.mjs';

const STOP_MS = 5000;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    only: { type: 'string', default: '' },
    profile: { type: 'string' },
  },
});
if (process.env.TIMEHUB_NO_SETUP === undefined) setup({ dev: true });
const { Bench } = await import('../dist/test/bench.js');
const { ATTACKS } = await import('../dist/test/hostile/attacks/index.js');
const { breaches } = await import('../dist/test/hostile/limits.js');
const { Network } = await import('../dist/test/hostile/network.js');
const { Target } = await import('../dist/test/hostile/target.js');
const { attackFor, calm, inProcess } = await import('../dist/test/hostile/trial.js');
const { fetchPeer, findPeer } = await import('../dist/test/peers.js');

const COLUMNS = [
  ['attack', ({ attack }) => attack],
  ['actions/s', ({ actionsPerS }) => actionsPerS.toFixed(0)],
  ['worst NTP reply, ms', ({ worstNtpMs }) => worstNtpMs.toFixed(1)],
  ['answered', ({ ntpReplies }) => ntpReplies],
  ['lost', ({ ntpLost }) => ntpLost],
  ['dropped by kernel', ({ kernelDrops }) => kernelDrops],
  ['worst status, ms', ({ worstStatusMs }) => worstStatusMs.toFixed(0)],
  ['failed', ({ failedStatuses }) => failedStatuses.length],
  ['dashboard answered', ({ pages }) => `${(100 * pages).toFixed(0)} %`],
  ['RSS growth, MiB', ({ growth }) => (growth / 2 ** 20).toFixed(0)],
  ['log lines', ({ logLines }) => logLines],
  ['sigma ratio', ({ sigmaRatio }) => sigmaRatio.toFixed(2)],
  ['bound ratio', ({ boundRatio }) => boundRatio.toFixed(2)],
  ['CPU', ({ cpu }) => `${(100 * cpu).toFixed(0)} %`],
  ['octets out/in', ({ amplification }) => amplification.toFixed(2)],
  ['waited for CPU, ms', ({ waitedMs }) => waitedMs.toFixed(0)],
  ['stop, ms', ({ stopMs }) => stopMs],
];

process.env[MARK] = String(process.pid);
onEndWanted((_, status) => {
  removeLeftovers();
  process.exit(status);
});

const row = (cells) => console.log(`| ${cells.join(' | ')} |`);

async function measure(attack, chrony, seconds) {
  const bench = new Bench();
  try {
    const target = await Target.start(bench, new Network(bench), chrony, options.profile);
    const before = await calm(target, seconds);
    const { figures } = await attackFor(target, inProcess(attack), seconds, before);
    const stopped = performance.now();
    const { code } = await target.hub.process.stop('SIGTERM', STOP_MS);
    const stopMs = code === 0 ? (performance.now() - stopped).toFixed(0) : 'killed';
    return { ...figures, stopMs };
  } finally {
    await bench.clear();
  }
}

const problem = fetchPeer('chrony');
if (problem !== '') throw new Error(problem);
const { peer } = findPeer('chrony');
const only = new RegExp(options.only);
row(COLUMNS.map(([title]) => title));
row(COLUMNS.map((_, n) => (n === 0 ? '---' : '---:')));
for (const attack of ATTACKS.filter(({ name }) => only.test(name))) {
  try {
    const figures = await measure(attack, peer, Number(options.seconds));
    row(COLUMNS.map(([, text]) => text(figures)));
    const sentences = breaches(figures, attack);
    for (const sentence of sentences) console.error(`${attack.name}: ${sentence}`);
    if (sentences.length > 0 || figures.stopMs === 'killed') process.exitCode = 1;
  } catch (error) {
    row([attack.name, `the hub failed: ${error.message.split('\n')[0]}`]);
    process.exitCode = 1;
  }
}
