#!/usr/bin/env node
/**
 * Resident memory of a hub after a minute of work: five NTP servers, gpsd with pulses, an NTP server, the control socket;
 * once with the dashboard in use (a page open, metrics scraped), once without. The world is a lab in another process.
 *
 *   npm run bench:memory -- [SECONDS]
 *
 * Exit status 1 when a hub is above its limit.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Bench } from '../dist/test/bench.js';
import { writeDemo } from '../dist/test/demo.js';
import { Hub, residentBytes, timehub } from '../dist/test/hub.js';
import { freeUdpPort } from '../dist/test/place.js';

const LIMIT_MB = { dashboard: 90, plain: 70 };
const seconds = Number(process.argv[2] ?? 60);

async function startLab(bench, path) {
  const lab = spawn(process.execPath, [timehub, 'lab', 'run', path, '--control', bench.folder.at('lab.sock')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  bench.later(() => lab.disconnect());
  await once(lab, 'message');
}

/** The same hub without the TCP port that serves the page. */
async function startPlain(bench, { config, ports }) {
  const socket = bench.folder.at('plain.sock');
  const text = config
    .replace(/^socket = .*$/m, `socket = "${socket}"`)
    .replace(`127.0.0.1:${ports.get(11123)}`, `127.0.0.1:${await freeUdpPort()}`)
    .replace(`listen = "127.0.0.1:${ports.get(11180)}"`, 'dashboard = false');
  return Hub.launch(bench, ['run', bench.write('plain.toml', text)], socket);
}

/** What an open page and a collector do: they load, stay on the stream of events, and come back for the metrics. */
async function watch(bench, port) {
  const ask = async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  await ask('/');
  const stream = request({ host: '127.0.0.1', port, path: '/v1/events' }, (response) => response.resume()).end();
  stream.on('error', () => {});
  bench.later(() => stream.destroy());
  const scrapes = setInterval(() => ask('/metrics').catch(() => {}), 5000);
  bench.later(() => clearInterval(scrapes));
}

function startBareNode(bench) {
  const bare = bench.launch(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  return bare.pid;
}

async function measure(bench) {
  const demo = await writeDemo(bench, 'dashboard.toml', bench.folder.at('dashboard.sock'));
  await startLab(bench, demo.path);
  const dashboard = await Hub.launch(bench, ['run', demo.path], bench.folder.at('dashboard.sock'));
  const plain = await startPlain(bench, demo);
  const bare = startBareNode(bench);
  await watch(bench, demo.ports.get(11180));
  await pause(seconds * 1000);
  for (const hub of [dashboard, plain]) await hub.until(({ mode }) => mode === 'tracking', 1000);
  return { dashboard: await dashboard.memory(), plain: await plain.memory(), bare: await residentBytes(bare) };
}

const bench = new Bench();
try {
  const bytes = await measure(bench);
  const megabytes = (name) => bytes[name] / 1e6;
  console.log(`resident memory after ${seconds} s (Node ${process.version})`);
  console.log(`bare Node                ${megabytes('bare').toFixed(1)} MB`);
  console.log(`hub without dashboard    ${megabytes('plain').toFixed(1)} MB, limit ${LIMIT_MB.plain}`);
  console.log(`hub with dashboard       ${megabytes('dashboard').toFixed(1)} MB, limit ${LIMIT_MB.dashboard}`);
  process.exitCode = Object.entries(LIMIT_MB).every(([name, limit]) => megabytes(name) <= limit) ? 0 : 1;
} finally {
  await bench.clear();
}
