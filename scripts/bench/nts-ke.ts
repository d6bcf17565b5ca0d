/**
 * Measures servers of the NTS key exchange on this machine: the hub with its thread, the hub in line, and chronyd, in turn, on one
 * core, while a generator on another one exchanges keys from 10,000 addresses, so many at a time, each with a full handshake of TLS
 * 1.3, and checks certificate and answer. It prints the median of all rounds: key exchanges a second, CPU time of the server (all
 * threads and child processes) for one, both also divided by chronyd's, key exchanges in a second of CPU time, and the time until the
 * answer.
 *
 *   npm run bench:nts-ke -- [--rounds N] [--seconds N] [--at-a-time N] [--only REGEX] [--rsa] [--json]
 *
 * `--only`: of `timehub`, `inline` and `chronyd`. `--rsa`: with a certificate of RSA-2048 in place of ECDSA P-256. Figures of
 * different runs do not compare: other work on the machine changes them. Exit status 1 if an exchange failed or an answer was wrong.
 */
import { Bench } from '../../test/bench.js';
import { Hub } from '../../test/hub.js';
import { buildKeGenerator, type KeLoadResult, loadKeServer } from '../../test/ke-load.js';
import { authority, NTS_HOST, startNtsChrony, writeSecret } from '../../test/nts.js';
import { fetchPeer, findPeer } from '../../test/peers.js';
import { freeTcpPort, freeUdpPort } from '../../test/place.js';
import { until } from '../../test/poll.js';
import { readArguments } from '../arguments.js';
import { alignedColumns, median } from './figures.js';

interface KeyExchangeServer {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

interface KeRow {
  readonly server: KeyExchangeServer;
  readonly rounds: KeLoadResult[];
}

const REFERENCE = 'chronyd';
/** Key exchanges before the first round: the compiler of Node has then done its work. */
const WARM_UP_S = 3;

const { values } = readArguments({
  options: {
    ...{ rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '2' } },
    ...{ 'at-a-time': { type: 'string', default: '16' }, only: { type: 'string', default: '' } },
    ...{ rsa: { type: 'boolean' }, json: { type: 'boolean' } },
  },
});
const wanted = new RegExp(values.only);
const certified = authority.issue({ name: NTS_HOST, rsa: values.rsa === true });

async function startHub(bench: Bench, name: string, thread: boolean): Promise<KeyExchangeServer> {
  const port = await freeTcpPort();
  const certificate = writeSecret(bench, `${name}.pem`, certified.certificate);
  const key = writeSecret(bench, `${name}.key`, certified.key);
  const hub = await Hub.startAs(
    bench,
    name,
    [],
    `[hub]
free-run = true
[sink.ntp.s]
listen = "127.0.0.1:${await freeUdpPort()}"
[sink.ntp.s.nts]
listen = "${NTS_HOST}:${port}"
certificate = "${certificate}"
key = "${key}"
thread = ${thread}
`,
  );
  // It admits clients as soon as it has the time, and so a key for cookies.
  await until(
    async () => (await hub.cli('show', 'ntp.s')).output,
    (shown) => /cookie keys +1\n/.test(shown),
    20_000,
  );
  return { name, port, pid: hub.process.pid };
}

async function startChrony(bench: Bench): Promise<KeyExchangeServer | undefined> {
  const problem = fetchPeer('chrony');
  const found = findPeer('chrony');
  if ('missing' in found) {
    console.error(`without chronyd: ${problem}`);
    return undefined;
  }
  const { ke, process } = await startNtsChrony(bench, found.peer, certified);
  return { name: REFERENCE, port: ke, pid: process.pid };
}

/** Loads each server in turn, round by round. */
async function measure(servers: readonly KeyExchangeServer[], trusted: string): Promise<readonly KeRow[]> {
  const rows = servers
    .filter(({ name }) => wanted.test(name))
    .map((server) => ({ server, rounds: [] as KeLoadResult[] }));
  const load = ({ port, pid }: KeyExchangeServer, seconds: number): Promise<KeLoadResult> =>
    loadKeServer({ port, pid, authority: trusted, atATime: Number(values['at-a-time']), seconds });
  for (const { server } of rows) await load(server, WARM_UP_S);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { server, rounds } of rows) rounds.push(await load(server, Number(values.seconds)));
  }
  return rows;
}

const perSecond = ({ exchanges, seconds }: KeLoadResult): number => exchanges / seconds;
const cpuUs = ({ cpuNs, exchanges }: KeLoadResult): number => cpuNs / exchanges / 1000;

function print(rows: readonly KeRow[]): void {
  const title = ['', 'exchanges/s', 'ratio', 'CPU µs', 'least', 'most', 'ratio', 'per CPU s', 'p50 ms', 'p99 ms'];
  const reference = rows.find(({ server }) => server.name === REFERENCE);
  const cells = rows.map(({ server, rounds }) => {
    const of = (figure: (result: KeLoadResult) => number): number => median(rounds.map(figure));
    const ratio = (figure: (result: KeLoadResult) => number): string =>
      reference === undefined ? '' : (of(figure) / median(reference.rounds.map(figure))).toFixed(2);
    return [
      server.name,
      of(perSecond).toFixed(0),
      ratio(perSecond),
      of(cpuUs).toFixed(0),
      Math.min(...rounds.map(cpuUs)).toFixed(0),
      Math.max(...rounds.map(cpuUs)).toFixed(0),
      ratio(cpuUs),
      (1e6 / of(cpuUs)).toFixed(0),
      of(({ p50Ns }) => p50Ns / 1e6).toFixed(1),
      of(({ p99Ns }) => p99Ns / 1e6).toFixed(1),
    ];
  });
  console.log(alignedColumns([title, ...cells]));
  const all = rows.flatMap(({ rounds }) => rounds);
  const sum = (figure: (result: KeLoadResult) => number): number =>
    all.reduce((total, each) => total + figure(each), 0);
  const reason = all.find((result) => result.reason !== '')?.reason ?? '';
  console.log(
    `${sum(({ exchanges }) => exchanges)} answers checked: ${sum(({ wrong }) => wrong)} wrong, ${sum(({ failed }) => failed)} failed${reason && ` (${reason})`}`,
  );
}

const obstacle = buildKeGenerator();
if (obstacle !== '') throw new Error(obstacle);
const bench = new Bench();
try {
  const trusted = bench.write('authority.pem', authority.certificate);
  const started = [
    await startHub(bench, 'timehub', true),
    await startHub(bench, 'inline', false),
    await startChrony(bench),
  ];
  const rows = await measure(
    started.filter((server) => server !== undefined),
    trusted,
  );
  if (values.json) console.log(JSON.stringify({ node: process.version, rows }, undefined, 2));
  else print(rows);
  process.exitCode = rows.some(({ rounds }) => rounds.some(({ wrong, failed }) => wrong + failed > 0)) ? 1 : 0;
} finally {
  await bench.clear();
}
