#!/usr/bin/env node
/**
 * The load that a PTP grandmaster and a CSPTP server bear: clients that have negotiated unicast messages and ask for the
 * delay at their rate, CSPTP clients that ask at theirs, and both as fast as answers come. For each load: what was answered,
 * the server's CPU time (all threads) for one request with all that it sends beside the answer, that of the clients (at
 * 100 % they are the limit, not the server), the time until the answer arrives (Follow_Up for CSPTP; kernel stamps), and its
 * resident memory. In the same run the same of linuxptp's ptp4l, and
 * for CSPTP, of which no other server is packaged, of an echo that sends as many datagrams and understands nothing.
 *
 *   node scripts/bench-ptp-server.mjs [--seconds N] [--only REGEX] [--stall MS] [--profile FOLDER] [--json]
 *
 * `--stall`: once a second the server stands still for so long, as on a machine with other work.
 * Server and clients are two processes in two network namespaces (needs root) and want a core each.
 */
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';

const SYNC_LOG = -3;
const RATE = 8;
const IN_FLIGHT = 64;
const LOADS = [
  ...[32, 256, 1024].map((clients) => ({ kind: 'ptp', clients, rate: RATE, syncLog: SYNC_LOG })),
  { kind: 'ptp', clients: 256, inFlight: IN_FLIGHT },
  ...[32, 256, 1024].map((clients) => ({ kind: 'csptp', clients, rate: RATE })),
  { kind: 'csptp', clients: 256, inFlight: IN_FLIGHT },
];
const SERVERS = { ptp: ['startHub', 'startPtp4l'], csptp: ['startHub', 'startEcho'] };

const titleOf = ({ kind, clients, rate }) =>
  `${kind === 'ptp' ? 'unicast PTP' : 'CSPTP'}, ${clients} clients, ${rate === undefined ? `${IN_FLIGHT} under way` : `${rate}/s each`}`;

/** Runs the clients of one load against a server that runs. */
async function measure(rig, server, load, { seconds, stall }) {
  const { cpuNs, launchClients } = await import('./ptp-server/rig.mjs');
  const { residentBytes } = await import('../dist/test/hub.js');
  const child = launchClients(rig);
  const cpu = [];
  const own = [];
  const go = stallAgainAndAgain(server.pid, stall);
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the clients ended with ${code}`)));
    child.on('message', async ({ result }) => {
      if (result === undefined) {
        cpu.push(cpuNs(server.pid));
        own.push(cpuNs(child.pid));
        child.send('go on');
        return;
      }
      go();
      const spentNs = cpu[1] - cpu[0];
      resolve({
        ...result,
        server: server.name,
        cpuPercent: spentNs / result.seconds / 1e7,
        clientsPercent: (own[1] - own[0]) / result.seconds / 1e7,
        cpuUs: spentNs / 1000 / result.answered,
        residentMb: (await residentBytes(server.pid)) / 1e6,
      });
    });
    child.send({ ...load, seconds });
  });
}

/** Returns the end of it. */
function stallAgainAndAgain(pid, stallMs) {
  if (stallMs === 0) return () => {};
  const timer = setInterval(() => {
    process.kill(pid, 'SIGSTOP');
    setTimeout(() => process.kill(pid, 'SIGCONT'), stallMs);
  }, 1000);
  return () => clearInterval(timer);
}

/** A server of its own for every load: none profits from the one before. */
async function run({ seconds, stall, only, profile, json }) {
  const [{ Bench }, { Rig }] = await Promise.all([import('../dist/test/bench.js'), import('./ptp-server/rig.mjs')]);
  const results = [];
  const wanted = new RegExp(only ?? '');
  for (const load of LOADS) {
    for (const start of SERVERS[load.kind]) {
      if (!wanted.test(`${titleOf(load)} ${start}`)) continue;
      const bench = new Bench();
      try {
        const rig = new Rig(bench);
        const server = await rig[start]({ profile });
        results.push({ load: titleOf(load), ...(await measure(rig, server, load, { seconds, stall })) });
      } finally {
        await bench.clear();
      }
      if (!json) console.log(lineOf(results.at(-1), results));
    }
  }
  if (json) console.log(JSON.stringify({ node: process.version, results }, undefined, 2));
}

const COLUMNS = [
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
  ['p50 µs', 8, ({ p50Us }) => figure(p50Us)],
  ['p99 µs', 8, ({ p99Us }) => figure(p99Us)],
  ['MB', 6, ({ residentMb }) => residentMb.toFixed(1)],
];

/** Nothing, where nobody was answered. */
const figure = (value) => value?.toFixed(0) ?? '';

/** CPU for a request, of the hub's. */
function ratioOf({ load, server, cpuUs }, all) {
  const own = all.find((result) => result.load === load && result.server === 'timehub');
  return server === 'timehub' || own === undefined || !Number.isFinite(cpuUs) ? '' : (cpuUs / own.cpuUs).toFixed(2);
}

const lineOf = (result, all) =>
  COLUMNS.map(([, width, text], i) =>
    i < 2 ? text(result, all).padEnd(width) : text(result, all).padStart(width),
  ).join(' ');

const { values } = parseArgs({
  options: {
    ...{ seconds: { type: 'string', default: '5' }, only: { type: 'string' } },
    ...{ stall: { type: 'string', default: '0' } },
    ...{ profile: { type: 'string' }, json: { type: 'boolean' } },
  },
});
if (process.env.TIMEHUB_NO_SETUP === undefined) setup();
if (!values.json)
  console.log(COLUMNS.map(([title, width], i) => (i < 2 ? title.padEnd(width) : title.padStart(width))).join(' '));
await run({ ...values, seconds: Number(values.seconds), stall: Number(values.stall) });
