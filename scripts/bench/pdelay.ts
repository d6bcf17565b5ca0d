/**
 * Measures how long a gPTP port takes to answer Pdelay_Req while its hub does other work: none; eight NTP sources and a
 * dashboard in use; 256 clients of its grandmaster; full garbage collections. A neighbour is entitled to both answers
 * within 10 ms (IEEE 802.1AS-2020 §B.2.3).
 *
 *   npm run bench:pdelay -- [--seconds N] [--only REGEX]
 *
 * Needs root, for network namespaces. Exit status 1 if more than one in a thousand answers comes later than 10 ms.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Bench } from '../../test/bench.js';
import type { Hub } from '../../test/hub.js';
import { readArguments } from '../arguments.js';
import { quantile } from './figures.js';
import type { ClientMessage, LoadJob } from './load/clients.js';
import type { NeighbourJob, NeighbourResult } from './load/neighbour.js';
import { Rig, SILENT } from './load/rig.js';

interface Scene {
  readonly bench: Bench;
  readonly rig: Rig;
  readonly hub: Hub;
  readonly seconds: number;
}

interface Case {
  readonly config: string;
  readonly load?: boolean;
  /** Starts the other work of the hub. Returns a function that ends it. */
  readonly beside?: (scene: Scene) => Promise<() => unknown> | (() => unknown);
}

const LIMIT_US = 10_000;
const ALLOWED_SHARE = 1e-3;
const PER_SECOND = 25;
const GPTP = 'profile = "gptp"\nneighbour-threshold = "20ms"\n';
const NTP_PORTS = Array.from({ length: 8 }, (_, n) => 20_123 + n);

const CASES: Readonly<Record<string, Case>> = {
  idle: { config: SILENT },
  'eight NTP sources and a dashboard': {
    config: NTP_PORTS.map(
      (port) => `[source.ntp.s${port}]\naddress = "127.0.0.1:${port}"\npoll-min = "1s"\npoll-max = "1s"\n`,
    ).join('\n'),
    beside: lookAtDashboard,
  },
  'a grandmaster’s load': { config: SILENT, load: true, beside: loadGrandmaster },
  'full garbage collections': { config: SILENT, beside: collectGarbage },
};

function lookAtDashboard({ hub, rig, bench }: Scene): () => unknown {
  const [command, parameters] = rig.node(rig.server, 'ntp-servers.js');
  bench.launch(command, [...parameters, ...NTP_PORTS.map(String)]);
  const timer = setInterval(() => {
    for (const page of ['/v1/snapshot', '/metrics']) hub.text(page).catch(() => {});
  }, 500);
  return () => clearInterval(timer);
}

/** Overloads the grandmaster: its clients keep as many requests pending as they can. */
async function loadGrandmaster({ rig, seconds }: Scene): Promise<() => unknown> {
  const child = rig.fork('clients.js');
  child.on('message', (message: ClientMessage) => 'moment' in message && child.send('go on'));
  child.send({ kind: 'ptp', clients: 256, inFlight: 64, syncLog: -3, seconds: seconds + 5 } satisfies LoadJob);
  await pause(3000);
  return () => child.kill();
}

function collectGarbage({ hub }: Scene): () => unknown {
  const timer = setInterval(() => hub.process.signal('SIGUSR2'), 400);
  return () => clearInterval(timer);
}

async function measure({ config, load = false, beside }: Case, seconds: number): Promise<NeighbourResult> {
  const bench = new Bench();
  try {
    const rig = new Rig(bench);
    const sink = `[sink.ptp.neighbour]\ninterface = "${rig.interface}"\n${GPTP}`;
    const { hub } = await rig.startHub({ config: `${config}\n${sink}`, load, collects: beside === collectGarbage });
    const stop = await beside?.({ hub, rig, bench, seconds });
    const result = await askNeighbour(rig, seconds);
    stop?.();
    return result;
  } finally {
    await bench.clear();
  }
}

function askNeighbour(rig: Rig, seconds: number): Promise<NeighbourResult> {
  const child = rig.fork('neighbour.js');
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the neighbour ended with ${code}`)));
    child.on('message', resolve);
    child.send({ interface: rig.clientInterface, perSecond: PER_SECOND, seconds } satisfies NeighbourJob);
  });
}

function lineOf(name: string, { asked, followed, stayUs, followedUs }: NeighbourResult): string {
  const late = lateShare({ asked, followedUs });
  const cells = [stayUs, followedUs].flatMap((us) =>
    [0.5, 0.99, 1].map((share) => quantile(us, share)?.toFixed(0) ?? '–'),
  );
  const columns = [name.padEnd(34), `${followed}/${asked}`.padStart(10), ...cells.map((cell) => cell.padStart(9))];
  return `${columns.join(' ')} ${(100 * late).toFixed(2).padStart(6)} %`;
}

const lateShare = ({ asked, followedUs }: Pick<NeighbourResult, 'asked' | 'followedUs'>): number =>
  (asked - followedUs.filter((us) => us <= LIMIT_US).length) / asked;

const { values } = readArguments({
  options: { seconds: { type: 'string', default: '60' }, only: { type: 'string', default: '' } },
});
console.log(
  'µs'.padEnd(34),
  'followed'.padStart(10),
  '  stay p50       p99       max  all p50       p99       max  late',
);
for (const [name, one] of Object.entries(CASES)) {
  if (!new RegExp(values.only).test(name)) continue;
  const result = await measure(one, Number(values.seconds));
  console.log(lineOf(name, result));
  if (lateShare(result) > ALLOWED_SHARE) process.exitCode = 1;
}
