/**
 * Prints what each attack of test/hostile does to a hub with NTP servers, a PTP grandmaster, CSPTP, a gpsd and a dashboard, and
 * to an honest client of it: a Markdown table. Each attack has a hub of its own; the client asks for the time 20 times a second,
 * for the status 4 times, and twice at the dashboard's port. Sigma and bound are compared with as long a time before the attack.
 * "waited for CPU": the time for which the hub could have run but another thread had the CPU, which delays answers too.
 * "stop": from SIGTERM, while the attack goes on, to the exit; "killed" beyond 5 s.
 *
 *   npm run bench:hostile -- [--seconds N] [--only REGEX] [--profile FOLDER]
 *
 * Needs root and a C compiler, fetches chrony, and wants two idle CPUs. `--profile` writes CPU profiles of the hubs. Exit
 * status 1 if an attack exceeds the limits of test/hostile/limits.ts.
 */

import { Bench } from '../../test/bench.js';
import type { Attack } from '../../test/hostile/attack.js';
import { ATTACKS } from '../../test/hostile/attacks/index.js';
import { breaches } from '../../test/hostile/limits.js';
import { Network } from '../../test/hostile/network.js';
import { Target } from '../../test/hostile/target.js';
import { attackFor, calm, type Figures, inProcess } from '../../test/hostile/trial.js';
import { fetchPeer, findPeer, type Peer } from '../../test/peers.js';
import { readArguments } from '../arguments.js';
import { MARK, removeLeftovers } from '../testing/leftovers.js';
import { onEndWanted } from '../testing/signals.js';

/** Figures, and the time that the hub took to stop. */
type Row = Figures & { readonly stopMs: string };

const STOP_MS = 5000;

const { values: options } = readArguments({
  options: {
    seconds: { type: 'string', default: '30' },
    only: { type: 'string', default: '' },
    profile: { type: 'string' },
  },
});

const COLUMNS: readonly (readonly [title: string, cell: (row: Row) => string | number])[] = [
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

const row = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`);

async function measure(attack: Attack, chrony: Peer, seconds: number): Promise<Row> {
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
const found = findPeer('chrony');
if ('missing' in found) throw new Error(problem);
const only = new RegExp(options.only);
row(COLUMNS.map(([title]) => title));
row(COLUMNS.map((_, n) => (n === 0 ? '---' : '---:')));
for (const attack of ATTACKS.filter(({ name }) => only.test(name))) {
  try {
    const figures = await measure(attack, found.peer, Number(options.seconds));
    row(COLUMNS.map(([, text]) => text(figures)));
    const sentences = breaches(figures, attack);
    for (const sentence of sentences) console.error(`${attack.name}: ${sentence}`);
    if (sentences.length > 0 || figures.stopMs === 'killed') process.exitCode = 1;
  } catch (error) {
    row([attack.name, `the hub failed: ${(error as Error).message.split('\n')[0]}`]);
    process.exitCode = 1;
  }
}
