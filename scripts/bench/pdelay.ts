#!/usr/bin/env node
/**
 * How long a gPTP port takes to answer Pdelay_Req, beside what else its hub does: nothing; eight NTP sources and a dashboard
 * that is looked at; a thousand clients of its grandmaster; full garbage collections. A neighbour is entitled to both answers
 * within 10 ms (IEEE 802.1AS-2020 §B.2.3).
 *
 *   node scripts/bench-pdelay.mjs [--seconds N] [--only REGEX]
 *
 * Needs root, for network namespaces. Exit status 1 when more than one in a thousand answers comes later than 10 ms.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';

const LIMIT_US = 10_000;
const ALLOWED_SHARE = 1e-3;
const PER_SECOND = 25;
const GPTP = 'profile = "gptp"\nneighbour-threshold = "20ms"\n';
const SILENT = '[source.ntp.silent]\naddress = "127.0.0.1:9"\n';
const NTP_PORTS = Array.from({ length: 8 }, (_, n) => 20_123 + n);

const CASES = {
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

async function lookAtDashboard({ hub, rig, bench }) {
  const [command, ...rest] = [...rig.through(rig.server), process.execPath];
  bench.launch(command, [...rest, join(import.meta.dirname, 'ptp-server/ntp-servers.mjs'), ...NTP_PORTS]);
  const timer = setInterval(() => {
    for (const page of ['/v1/snapshot', '/metrics']) hub.text(page).catch(() => {});
  }, 500);
  return () => clearInterval(timer);
}

/** More than it can bear: the clients keep as many requests under way as they can. */
async function loadGrandmaster({ rig, seconds }) {
  const { launchClients } = await import('./ptp-server/rig.mjs');
  const child = launchClients(rig);
  child.on('message', ({ moment }) => moment !== undefined && child.send('go on'));
  child.send({ kind: 'ptp', clients: 256, inFlight: 64, syncLog: -3, seconds: seconds + 5 });
  await pause(3000);
  return () => child.kill();
}

async function collectGarbage({ hub }) {
  const timer = setInterval(() => hub.process.signal('SIGUSR2'), 400);
  return () => clearInterval(timer);
}

async function measure(name, { config, load, beside }, seconds) {
  const [{ Bench }, { Rig }] = await Promise.all([import('../dist/test/bench.js'), import('./ptp-server/rig.mjs')]);
  const bench = new Bench();
  try {
    const rig = new Rig(bench);
    const sink = `[sink.ptp.neighbour]\ninterface = "${rig.interface}"\n${GPTP}`;
    const { hub } = await rig.startHub({
      config: `${config}\n${sink}`,
      load: load === true,
      collects: beside === collectGarbage,
    });
    const stop = await beside?.({ hub, rig, bench, seconds });
    const result = await askNeighbour(rig, seconds);
    stop?.();
    return { name, ...result };
  } finally {
    await bench.clear();
  }
}

function askNeighbour(rig, seconds) {
  const [command, ...rest] = [...rig.through(rig.clients), process.execPath];
  const child = spawn(command, [...rest, join(import.meta.dirname, 'ptp-server/pdelay.mjs')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the neighbour ended with ${code}`)));
    child.on('message', resolve);
    child.send({ interface: rig.clientInterface, perSecond: PER_SECOND, seconds });
  });
}

function lineOf({ name, asked, followed, stayUs, followedUs }) {
  const sorted = (values) => [...values].sort((a, b) => a - b);
  const at = (values, share) => values[Math.min(values.length - 1, Math.floor(share * values.length))].toFixed(0);
  const cells = [sorted(stayUs), sorted(followedUs)].flatMap((values) =>
    [0.5, 0.99, 1].map((share) => at(values, share)),
  );
  return [name.padEnd(34), `${followed}/${asked}`.padStart(10), ...cells.map((cell) => cell.padStart(9))].join(' ');
}

const late = ({ asked, followedUs }) => (asked - followedUs.filter((us) => us <= LIMIT_US).length) / asked;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, only: { type: 'string' } } });
if (process.env.TIMEHUB_NO_SETUP === undefined) setup();
console.log(
  'µs'.padEnd(34),
  'followed'.padStart(10),
  '  stay p50       p99       max  all p50       p99       max  late',
);
for (const [name, one] of Object.entries(CASES)) {
  if (!new RegExp(values.only ?? '').test(name)) continue;
  const result = await measure(name, one, Number(values.seconds));
  console.log(lineOf(result), `${(100 * late(result)).toFixed(2)} %`.padStart(8));
  if (late(result) > ALLOWED_SHARE) process.exitCode = 1;
}
