/**
 * Measures the load that a PTP grandmaster and a CSPTP server bear: clients that have negotiated unicast messages and ask for
 * the delay at their rate, CSPTP clients that ask at theirs, and both as fast as answers come. For each load it prints the
 * share that was answered; the server's CPU time (all threads) for one request with all that it sends beside the answer; that
 * of the clients (at 100 % they are the limit, not the server); the time until the answer arrives (Follow_Up for CSPTP; kernel
 * stamps); and the server's resident memory. The same run measures linuxptp's ptp4l and, for CSPTP, of which no other server
 * is packaged, an echo that sends as many datagrams and understands nothing.
 *
 *   npm run bench:ptp-server -- [--seconds N] [--only REGEX] [--stall MS] [--profile FOLDER] [--json]
 *
 * `--stall`: stops the server's process for so long once a second, as on a machine with other work.
 * Server and clients are two processes in two network namespaces (needs root) and want a core each.
 */
import { once } from 'node:events';
import { Bench } from '../../test/bench.js';
import { residentBytes } from '../../test/hub.js';
import { readArguments } from '../arguments.js';
import type { ClientMessage, LoadJob, LoadResult } from './load/clients.js';
import { cpuNs, type LoadedServer, Rig } from './load/rig.js';

type Load = Omit<LoadJob, 'seconds'>;

interface Result extends LoadResult {
  readonly load: string;
  readonly server: string;
  readonly cpuPercent: number;
  readonly clientsPercent: number;
  readonly cpuUs: number;
  readonly residentMb: number;
}

const SYNC_LOG = -3;
const RATE = 8;
const IN_FLIGHT = 64;
const LOADS: readonly Load[] = [
  ...[32, 256, 1024].map((clients) => ({ kind: 'ptp', clients, rate: RATE, syncLog: SYNC_LOG }) as const),
  { kind: 'ptp', clients: 256, inFlight: IN_FLIGHT },
  ...[32, 256, 1024].map((clients) => ({ kind: 'csptp', clients, rate: RATE }) as const),
  { kind: 'csptp', clients: 256, inFlight: IN_FLIGHT },
];
const SERVERS = { ptp: ['startHub', 'startPtp4l'], csptp: ['startHub', 'startEcho'] } as const;

const titleOf = ({ kind, clients, rate }: Load): string =>
  `${kind === 'ptp' ? 'unicast PTP' : 'CSPTP'}, ${clients} clients, ${rate === undefined ? `${IN_FLIGHT} under way` : `${rate}/s each`}`;

const { values } = readArguments({
  options: {
    ...{ seconds: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
    ...{ stall: { type: 'string', default: '0' } },
    ...{ profile: { type: 'string' }, json: { type: 'boolean' } },
  },
});

/** Runs the clients of one load against a running server. */
async function measure(rig: Rig, server: LoadedServer, load: Load): Promise<Result> {
  const child = rig.fork('clients.js');
  const [serverNs, clientsNs]: [number[], number[]] = [[], []];
  const go = stallAgainAndAgain(server.pid, Number(values.stall));
  child.send({ ...load, seconds: Number(values.seconds) } satisfies LoadJob);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the clients ended with ${code}`);
  });
  try {
    for (;;) {
      const [message] = (await Promise.race([once(child, 'message'), ended])) as [ClientMessage];
      if ('moment' in message) {
        serverNs.push(cpuNs(server.pid));
        clientsNs.push(cpuNs(child.pid!));
        child.send('go on');
        continue;
      }
      const { result } = message;
      const spentNs = serverNs[1]! - serverNs[0]!;
      return {
        ...result,
        load: titleOf(load),
        server: server.name,
        cpuPercent: spentNs / result.seconds / 1e7,
        clientsPercent: (clientsNs[1]! - clientsNs[0]!) / result.seconds / 1e7,
        cpuUs: spentNs / 1000 / result.answered,
        residentMb: (await residentBytes(server.pid)) / 1e6,
      };
    }
  } finally {
    ended.catch(() => {});
    go();
  }
}

/** Stops a process for `stallMs` once a second. Returns a function that ends this. */
function stallAgainAndAgain(pid: number, stallMs: number): () => void {
  if (stallMs === 0) return () => {};
  const timer = setInterval(() => {
    process.kill(pid, 'SIGSTOP');
    setTimeout(() => process.kill(pid, 'SIGCONT'), stallMs);
  }, 1000);
  return () => clearInterval(timer);
}

type Column = readonly [title: string, width: number, cell: (result: Result, all: readonly Result[]) => string];

const COLUMNS: readonly Column[] = [
  ['', 40, ({ load }) => load],
  ['server', 8, ({ server }) => server],
  ['asked/s', 9, ({ asked, seconds }) => (asked / seconds).toFixed(0)],
  ['answered', 9, ({ asked, answered }) => `${((100 * answered) / asked).toFixed(2)} %`],
  ['Syncs/s', 8, ({ syncs, seconds }) => (syncs / seconds).toFixed(0)],
  ['followed', 9, ({ syncs, followUps }) => (syncs > 0 ? `${((100 * followUps) / syncs).toFixed(1)} %` : '')],
  ['CPU', 7, ({ cpuPercent }) => `${cpuPercent.toFixed(1)} %`],
  ['clients', 7, ({ clientsPercent }) => `${clientsPercent.toFixed(1)} %`],
  ['µs/request', 11, ({ answered, cpuUs }) => (answered > 0 ? cpuUs.toFixed(1) : '')],
  ['ratio', 6, (result, all) => ratioOf(result, all)],
  ['p50 µs', 8, ({ p50Us }) => p50Us?.toFixed(0) ?? ''],
  ['p99 µs', 8, ({ p99Us }) => p99Us?.toFixed(0) ?? ''],
  ['MB', 6, ({ residentMb }) => residentMb.toFixed(1)],
];

/** Returns the CPU time of a request divided by the hub's. */
function ratioOf({ load, server, cpuUs }: Result, all: readonly Result[]): string {
  const own = all.find((result) => result.load === load && result.server === 'timehub');
  return server === 'timehub' || own === undefined || !Number.isFinite(cpuUs) ? '' : (cpuUs / own.cpuUs).toFixed(2);
}

const row = (cellOf: (column: Column) => string): string =>
  COLUMNS.map((column, i) => cellOf(column)[i < 2 ? 'padEnd' : 'padStart'](column[1])).join(' ');

if (!values.json) console.log(row(([title]) => title));
const results: Result[] = [];
const wanted = new RegExp(values.only);
for (const load of LOADS) {
  for (const start of SERVERS[load.kind]) {
    if (!wanted.test(`${titleOf(load)} ${start}`)) continue;
    // Each load has a new server, so that an earlier load has no effect.
    const bench = new Bench();
    try {
      const rig = new Rig(bench);
      const result = await measure(rig, await rig[start]({ profile: values.profile }), load);
      results.push(result);
      if (!values.json) console.log(row(([, , cell]) => cell(result, results)));
    } finally {
      await bench.clear();
    }
  }
}
if (values.json) console.log(JSON.stringify({ node: process.version, results }, undefined, 2));
