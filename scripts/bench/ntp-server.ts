/**
 * Measures NTP servers on this machine: the hub with one worker, the hub without, and chronyd, in turn, on one core, while a
 * generator on another one asks from 10,000 addresses and checks every reply. For each load, as many requests as possible and
 * 20,000 a second one by one, it prints the median of all rounds: replies a second, CPU time of the server (all threads) for a
 * reply, both also divided by chronyd's; time until the reply; error of the transmit timestamp, and the share of those above 20 µs.
 *
 *   npm run bench:ntp-server -- [--rounds N] [--seconds N] [--only REGEX] [--json]
 *
 * `--only`: of `saturated timehub`, `paced chronyd` and so on. Figures of different runs do not compare: other work on the machine
 * changes them. Exit status 1 if a reply was wrong or came twice.
 */
import { Bench } from '../../test/bench.js';
import { startChronyServer } from '../../test/chrony.js';
import { Hub } from '../../test/hub.js';
import { buildNtpGenerator, loadNtpServer, type NtpLoadResult } from '../../test/ntp-load.js';
import { fetchPeer, findPeer } from '../../test/peers.js';
import { freeUdpPort } from '../../test/place.js';
import { readArguments } from '../arguments.js';
import { alignedColumns, median } from './figures.js';

interface Server {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

interface Row {
  readonly load: string;
  readonly server: string;
  readonly rounds: readonly NtpLoadResult[];
}

const CLIENTS = 10_000;
const LOADS = { saturated: 0, paced: 20_000 } as const;
const REFERENCE = 'chronyd';

const { values } = readArguments({
  options: {
    ...{ rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '1' } },
    ...{ only: { type: 'string', default: '' }, json: { type: 'boolean' } },
  },
});
const wanted = new RegExp(values.only);

async function startHub(bench: Bench, name: string, threads: number): Promise<Server> {
  const port = await freeUdpPort();
  const config = `[hub]\nfree-run = true\n[sink.ntp.s]\nlisten = "127.0.0.1:${port}"\nthreads = ${threads}\n`;
  const hub = await Hub.startAs(bench, name, [], config);
  await hub.until(({ sinks }) => sinks.every(({ state }) => state === 'running'));
  return { name, port, pid: hub.process.pid };
}

async function startChrony(bench: Bench): Promise<Server | undefined> {
  const problem = fetchPeer('chrony');
  const found = findPeer('chrony');
  if ('missing' in found) {
    console.error(`without chronyd: ${problem}`);
    return undefined;
  }
  const { port, process } = await startChronyServer(bench, found.peer);
  return { name: REFERENCE, port, pid: process.pid };
}

/** Loads each server in turn, round by round. */
async function measure(servers: readonly Server[]): Promise<readonly Row[]> {
  const rows = Object.keys(LOADS).flatMap((load) =>
    servers
      .filter(({ name }) => wanted.test(`${load} ${name}`))
      .map((server) => ({ load, server: server.name, of: server, rounds: [] as NtpLoadResult[] })),
  );
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { load, of, rounds } of rows) {
      const { port, pid } = of;
      const rate = LOADS[load as keyof typeof LOADS];
      const options = { address: '127.0.0.1', port, pid, rate, clients: CLIENTS, seconds: Number(values.seconds) };
      rounds.push(await loadNtpServer(options));
    }
  }
  return rows.map(({ load, server, rounds }) => ({ load, server, rounds }));
}

const perSecond = ({ replies, seconds }: NtpLoadResult): number => replies / seconds;
const cpuUs = ({ cpuNs, replies }: NtpLoadResult): number => cpuNs / replies / 1000;

function print(rows: readonly Row[]): void {
  const title = [
    '',
    'replies/s',
    'ratio',
    'CPU µs',
    'least',
    'most',
    'ratio',
    'p50 µs',
    'p99 µs',
    'stamp p50',
    'late %',
  ];
  const cells = rows.map(({ load, server, rounds }) => {
    const of = (figure: (result: NtpLoadResult) => number): number => median(rounds.map(figure));
    const reference = rows.find((row) => row.load === load && row.server === REFERENCE);
    const ratio = (figure: (result: NtpLoadResult) => number): string =>
      reference === undefined ? '' : (of(figure) / median(reference.rounds.map(figure))).toFixed(2);
    return [
      `${load} ${server}`,
      of(perSecond).toFixed(0),
      ratio(perSecond),
      of(cpuUs).toFixed(2),
      Math.min(...rounds.map(cpuUs)).toFixed(2),
      Math.max(...rounds.map(cpuUs)).toFixed(2),
      ratio(cpuUs),
      of(({ p50Ns }) => p50Ns / 1e3).toFixed(0),
      of(({ p99Ns }) => p99Ns / 1e3).toFixed(0),
      of(({ stampP50Ns }) => stampP50Ns / 1e3).toFixed(1),
      of(({ lateShare }) => lateShare * 100).toFixed(2),
    ];
  });
  console.log(alignedColumns([title, ...cells]));
  const all = rows.flatMap(({ rounds }) => rounds);
  const sum = (figure: (result: NtpLoadResult) => number): number =>
    all.reduce((total, each) => total + figure(each), 0);
  console.log(
    `${sum(({ answered }) => answered)} replies checked: ${sum(({ wrong }) => wrong)} wrong, ${sum(({ repeated }) => repeated)} repeated; ` +
      `the core was interrupted ${median(all.map(({ interruptions }) => interruptions)).toFixed(0)} times a second`,
  );
}

const obstacle = buildNtpGenerator();
if (obstacle !== '') throw new Error(obstacle);
const bench = new Bench();
try {
  const started = [await startHub(bench, 'timehub', 1), await startHub(bench, 'inline', 0), await startChrony(bench)];
  const rows = await measure(started.filter((server) => server !== undefined));
  if (values.json) console.log(JSON.stringify({ node: process.version, rows }, undefined, 2));
  else print(rows);
  process.exitCode = rows.some(({ rounds }) => rounds.some(({ wrong, repeated }) => wrong + repeated > 0)) ? 1 : 0;
} finally {
  await bench.clear();
}
