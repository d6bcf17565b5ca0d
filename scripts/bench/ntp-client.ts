/**
 * Measures the noise of NTP clients: the hub and chronyd ask one chronyd on the loopback at the same time and at the same rate, in
 * the basic and in the interleaved mode (RFC 9769). The machine is both client and server, so the true offset is constant.
 * Prints for each client the median of all rounds:
 *
 * - `sample`: median of |offset − median offset|, and standard deviation, of single exchanges, ns;
 * - `estimate`: the same of the offset that the client derives from them (of chronyd: "Est offset" of its statistics log);
 * - `in`: median and median deviation of the measured transit from the server's program to the client's kernel, ns;
 * - the ratio of each median deviation to that of chronyd in the same mode.
 *
 * `chronyd, own file` runs from a copy of the program: the other one shares its program's pages with the server and so keeps them
 * in the processor's cache, which makes the server's next reply faster.
 *
 *   npm run bench:ntp-client -- [--rounds N] [--seconds N] [--spread] [--json]
 *
 * Figures of different runs do not compare: other work on the machine changes them.
 */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Bench } from '../../test/bench.js';
import { startChronyServer } from '../../test/chrony.js';
import { Hub, timehub } from '../../test/hub.js';
import { run } from '../../test/launch.js';
import { fetchPeer, findPeer, type Peer } from '../../test/peers.js';
import { readArguments } from '../arguments.js';
import { alignedColumns, median } from './figures.js';
import { readChronyMeasurements, readChronyStatistics, readReports, readStates, type Sample } from './noise/logs.js';

interface ClientNoise {
  readonly samples: number;
  readonly sampleMadNs: number;
  readonly sampleSdNs: number;
  readonly estimateMadNs: number;
  readonly estimateSdNs: number;
  readonly inNs: number;
  readonly inMadNs: number;
}

interface Client {
  readonly name: string;
  readonly interleaved: boolean;
  start(server: number): Promise<void>;
  /** Returns the offsets of its exchanges and its estimates. */
  read(): Promise<{ readonly samples: readonly Sample[]; readonly estimatesNs: readonly number[] }>;
}

/** Interval of the requests of all clients. chronyd knows 2^-2 s, the hub takes the same. */
const POLL = '250ms';
const REFERENCE = 'chronyd';
/** The first samples and estimates of a run are left out: the share of each. */
const WARM_UP = 1 / 4;

const { values } = readArguments({
  options: {
    ...{ rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '30' } },
    ...{ json: { type: 'boolean' }, spread: { type: 'boolean' } },
  },
});

/** Returns the command that runs a program on one processor, if there are several. */
const onCore = (core: number): readonly string[] =>
  values.spread === true || availableParallelism() < 2 ? [] : ['taskset', '-c', String(core)];

function hubClient(bench: Bench, interleaved: boolean): Client {
  const name = interleaved ? 'hub-interleaved' : 'hub-basic';
  const log = bench.folder.at(`${name}.log`);
  return {
    name: 'timehub',
    interleaved,
    async start(server) {
      const source = `[source.ntp.s]\naddress = "127.0.0.1:${server}"\npoll-min = "${POLL}"\npoll-max = "${POLL}"`;
      await Hub.startAs(
        bench,
        name,
        onCore(0),
        `[hub]\nevent-log = "${log}"\n${source}\ninterleaved = ${interleaved}\n`,
      );
    },
    async read() {
      const replayed = await run(process.execPath, [timehub, 'replay', log, '--states']);
      return { samples: readReports(readFileSync(log, 'utf8')), estimatesNs: readStates(replayed.output) };
    },
  };
}

function chronyClient(bench: Bench, peer: Peer, name: string, program: string, interleaved: boolean): Client {
  const id = `${name.replace(/\W+/g, '-')}-${interleaved}`;
  const folder = bench.folder.at(id);
  const logged = (file: string): string => readFileSync(`${folder}/${file}`, 'utf8');
  return {
    name,
    interleaved,
    async start(server) {
      mkdirSync(folder, { mode: 0o750 });
      // noselect: otherwise it corrects its time by what it measures, and logs the rest.
      const source = `server 127.0.0.1 port ${server} minpoll -2 maxpoll -2 noselect${interleaved ? ' xleave' : ''}`;
      const files = `port 0\ncmdport 0\nbindcmdaddress ${folder}/sock\npidfile ${folder}/pid\nlogdir ${folder}`;
      const config = bench.write(`${id}.conf`, `${source}\n${files}\nlog rawmeasurements statistics\n`);
      const [command, ...rest] = [...onCore(0), program, '-x', '-U', '-u', 'root', '-d', '-f', config];
      await bench.launch(command!, rest, { env: peer.env }).printed(/Disabled control of system clock/);
    },
    read: async () => ({
      samples: readChronyMeasurements(logged('measurements.log')),
      estimatesNs: readChronyStatistics(logged('statistics.log')),
    }),
  };
}

const warm = <T>(values: readonly T[]): readonly T[] => values.slice(Math.ceil(values.length * WARM_UP));

function medianDeviation(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

async function noiseOf(client: Client): Promise<ClientNoise> {
  const { samples: all, estimatesNs } = await client.read();
  const samples = warm(all);
  if (samples.length === 0) throw new Error(`${client.name} has measured nothing`);
  const offsets = samples.map(({ offsetNs }) => offsetNs);
  const inbound = samples.map(({ inNs }) => inNs);
  const estimates = warm(estimatesNs);
  return {
    samples: samples.length,
    sampleMadNs: medianDeviation(offsets),
    sampleSdNs: standardDeviation(offsets),
    estimateMadNs: medianDeviation(estimates),
    estimateSdNs: standardDeviation(estimates),
    inNs: median(inbound),
    inMadNs: medianDeviation(inbound),
  };
}

interface Row {
  readonly name: string;
  readonly interleaved: boolean;
  readonly rounds: ClientNoise[];
}

async function round(peer: Peer): Promise<readonly Row[]> {
  const bench = new Bench();
  try {
    const { port } = await startChronyServer(bench, peer, { through: onCore(1) });
    const copy = bench.folder.at('chronyd-copy');
    copyFileSync(peer.program, copy);
    const clients = [false, true].flatMap((interleaved) => [
      hubClient(bench, interleaved),
      chronyClient(bench, peer, REFERENCE, peer.program, interleaved),
      chronyClient(bench, peer, `${REFERENCE}, own file`, copy, interleaved),
    ]);
    for (const client of clients) await client.start(port);
    await pause(Number(values.seconds) * 1000);
    const rows: Row[] = [];
    for (const client of clients) {
      const { name, interleaved } = client;
      rows.push({ name, interleaved, rounds: [await noiseOf(client)] });
    }
    return rows;
  } finally {
    await bench.clear();
  }
}

function print(rows: readonly Row[]): void {
  const title = ['', 'samples', 'sample MAD', 'SD', 'ratio', 'estimate MAD', 'SD', 'ratio', 'in', 'in MAD'];
  const cells = rows.map(({ name, interleaved, rounds }) => {
    const of = (figure: keyof ClientNoise): number => median(rounds.map((each) => each[figure]));
    const reference = rows.find((row) => row.interleaved === interleaved && row.name === REFERENCE)!;
    const ratio = (figure: keyof ClientNoise): string =>
      median(rounds.map((each, i) => each[figure] / reference.rounds[i]![figure])).toFixed(2);
    return [
      `${interleaved ? 'interleaved' : 'basic'} ${name}`,
      ...[of('samples').toFixed(0), of('sampleMadNs').toFixed(0), of('sampleSdNs').toFixed(0), ratio('sampleMadNs')],
      ...[of('estimateMadNs').toFixed(0), of('estimateSdNs').toFixed(0), ratio('estimateMadNs')],
      ...[of('inNs').toFixed(0), of('inMadNs').toFixed(0)],
    ];
  });
  console.log(alignedColumns([title, ...cells]));
}

const problem = fetchPeer('chrony');
const found = findPeer('chrony');
if ('missing' in found) throw new Error(problem);
const rows: Row[] = [];
for (let n = 0; n < Number(values.rounds); n++)
  for (const [i, row] of (await round(found.peer)).entries())
    rows[i] = { ...row, rounds: [...(rows[i]?.rounds ?? []), ...row.rounds] };
if (values.json) console.log(JSON.stringify({ node: process.version, rows }, undefined, 2));
else print(rows);
