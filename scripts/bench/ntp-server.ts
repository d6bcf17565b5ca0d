/**
 * Measures NTP servers on this machine: the hub with one worker, the hub without, chronyd and NTPsec's ntpd, in turn, on one core,
 * while a generator on another one asks from 10,000 addresses and checks every reply. The loads:
 *
 *   saturated      as many requests as possible
 *   paced          20,000 a second, one by one
 *   limited        50,000 a second, one by one, of 1,000 clients that are limited to one in 2 s
 *   interleaved    as many as possible one by one, in the interleaved mode (RFC 9769)
 *   nts-1, nts-8   as many as possible with NTS, each for one or eight cookies; a sample of the replies is authenticated
 *
 * For each it prints the median of all rounds: replies a second, CPU time of the server (all threads) for a reply, for a request
 * where it is limited, both also divided by chronyd's; time until the reply; error of the transmit timestamp, and the share of
 * those above 20 µs.
 *
 *   npm run bench:ntp-server -- [--rounds N] [--seconds N] [--only REGEX] [--json]
 *
 * `--only`: of `saturated timehub`, `paced chronyd` and so on. Figures of different runs do not compare: other work on the machine
 * changes them. Exit status 1 if a reply was wrong, not authentic, or came twice.
 */
import { Bench } from '../../test/bench.js';
import { run } from '../../test/launch.js';
import { buildNtpGenerator, loadNtpServer, type NtpLoad, type NtpLoadResult } from '../../test/ntp-load.js';
import { authority, writeSecret } from '../../test/nts.js';
import { readArguments } from '../arguments.js';
import { alignedColumns, median } from './figures.js';
import { checkSamples, type NtsRequestKeys } from './ntp-server/nts-samples.js';
import { type BenchServer, chronyd, type Feature, ntpsec, type Starter, timehub } from './ntp-server/servers.js';

interface Load {
  readonly feature: Feature;
  /** Requests a second; 0: as many as possible. */
  readonly rate: number;
  readonly clients: number;
  /** With NTS: cookies that each request asks for. */
  readonly cookies?: number;
}

type Round = NtpLoadResult & { readonly forged: number };

interface Row {
  readonly load: string;
  readonly server: string;
  readonly rounds: Round[];
}

const LOADS: Readonly<Record<string, Load>> = {
  saturated: { feature: 'plain', rate: 0, clients: 10_000 },
  paced: { feature: 'plain', rate: 20_000, clients: 10_000 },
  limited: { feature: 'limited', rate: 50_000, clients: 1000 },
  interleaved: { feature: 'interleaved', rate: 0, clients: 10_000 },
  'nts-1': { feature: 'nts', rate: 0, clients: 10_000, cookies: 1 },
  'nts-8': { feature: 'nts', rate: 0, clients: 10_000, cookies: 8 },
};
const REFERENCE = 'chronyd';
const SERVERS: Readonly<Record<string, Starter>> = {
  timehub: timehub(1),
  inline: timehub(0),
  [REFERENCE]: chronyd,
  ntpsec,
};
/** Requests that are sent again and again. */
const RECORDED = 8192;

const { values } = readArguments({
  options: {
    ...{ rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '1' } },
    ...{ only: { type: 'string', default: '' }, json: { type: 'boolean' } },
  },
});
const wanted = new RegExp(values.only);

/** Prepares a load of a server. Returns the function that runs one round. */
async function prepare(bench: Bench, name: string, load: Load, server: BenchServer): Promise<() => Promise<Round>> {
  const { port, pid, through, ke } = server;
  const { rate, clients, cookies, feature } = load;
  const options: NtpLoad = { address: '127.0.0.1', port, pid, rate, clients, seconds: Number(values.seconds), through };
  if (cookies === undefined) {
    const requests = feature === 'interleaved' ? feature : 'plain';
    return async () => ({ ...(await loadNtpServer({ ...options, requests })), forged: 0 });
  }
  const requests = { file: bench.folder.at(`${name}.requests`), samples: bench.folder.at(`${name}.samples`) };
  const ca = writeSecret(bench, 'authority.pem', authority.certificate);
  const program = [process.execPath, `${import.meta.dirname}/ntp-server/nts-requests.js`];
  const [command, ...rest] = [...through, ...program, String(ke), ca, String(cookies), String(RECORDED), requests.file];
  const { code, output } = await run(command!, rest);
  if (code !== 0) throw new Error(`${name} gives no keys:\n${output}`);
  const keys = JSON.parse(output) as NtsRequestKeys;
  return async () => {
    const result = await loadNtpServer({ ...options, requests });
    const { authentic, forged } = checkSamples(requests, keys, cookies);
    return { ...result, forged: result.replies > 0 && authentic === 0 ? result.replies : forged };
  };
}

/** Loads each server in turn, round by round. */
async function measure(bench: Bench): Promise<readonly Row[]> {
  const started = new Map<string, BenchServer | undefined>();
  const rows: (Row & { readonly round: () => Promise<Round> })[] = [];
  for (const [load, of] of Object.entries(LOADS)) {
    for (const [server, start] of Object.entries(SERVERS)) {
      const name = `${load} ${server}`;
      if (!wanted.test(name)) continue;
      const key = `${server} ${of.feature}`;
      if (!started.has(key)) started.set(key, await start(bench, of.feature));
      const running = started.get(key);
      if (running === undefined) continue;
      rows.push({ load, server, rounds: [], round: await prepare(bench, name.replace(' ', '-'), of, running) });
    }
  }
  for (let count = 0; count < Number(values.rounds); count++)
    for (const { round, rounds } of rows) rounds.push(await round());
  return rows.map(({ load, server, rounds }) => ({ load, server, rounds }));
}

const perSecond = ({ replies, seconds }: NtpLoadResult): number => replies / seconds;

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
    const isLimited = LOADS[load]!.feature === 'limited';
    const cpuUs = ({ cpuNs, replies, sent }: NtpLoadResult): number => cpuNs / (isLimited ? sent : replies) / 1000;
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
  const sum = (figure: (result: Round) => number): number => all.reduce((total, each) => total + figure(each), 0);
  console.log(
    `${sum(({ answered }) => answered)} replies checked: ${sum(({ wrong }) => wrong)} wrong, ${sum(({ repeated }) => repeated)} repeated, ${sum(({ forged }) => forged)} not authentic; ` +
      `the core was interrupted ${median(all.map(({ interruptions }) => interruptions)).toFixed(0)} times a second`,
  );
}

const obstacle = buildNtpGenerator();
if (obstacle !== '') throw new Error(obstacle);
const bench = new Bench();
try {
  const rows = await measure(bench);
  if (values.json) console.log(JSON.stringify({ node: process.version, rows }, undefined, 2));
  else print(rows);
  process.exitCode = rows.some(({ rounds }) =>
    rounds.some(({ wrong, repeated, forged }) => wrong + repeated + forged > 0),
  )
    ? 1
    : 0;
} finally {
  await bench.clear();
}
