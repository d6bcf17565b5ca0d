/**
 * Measures the resident memory of a hub after a minute of work: five NTP servers, gpsd with pulses, an NTP server, the control
 * socket; once with the dashboard in use (a page open, metrics scraped), once without. The lab in another process simulates
 * the servers and gpsd.
 *
 *   npm run bench:memory -- [SECONDS]
 *
 * Exit status 1 if a hub is above its limit.
 */
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Bench } from '../../test/bench.js';
import { writeDemo } from '../../test/demo.js';
import { Hub, residentBytes } from '../../test/hub.js';
import { freeUdpPort } from '../../test/place.js';
import { readArguments } from '../arguments.js';
import { startLab } from './lab.js';

const LIMIT_MB = { dashboard: 90, plain: 70 };
const { positionals } = readArguments({ allowPositionals: true });
const seconds = Number(positionals[0] ?? 60);

type WrittenDemo = Awaited<ReturnType<typeof writeDemo>>;

/** Starts the same hub without the TCP port that serves the page. */
async function startPlain(bench: Bench, { config, ports }: WrittenDemo): Promise<Hub> {
  const socket = bench.folder.at('plain.sock');
  const text = config
    .replace(/^socket = .*$/m, `socket = "${socket}"`)
    .replace(`127.0.0.1:${ports.get(11123)}`, `127.0.0.1:${await freeUdpPort()}`)
    .replace(`listen = "127.0.0.1:${ports.get(11180)}"`, 'dashboard = false');
  return Hub.launch(bench, ['run', bench.write('plain.toml', text)], socket);
}

/** Acts as an open page and a collector: loads the page, reads the stream of events, and reads the metrics every 5 s. */
async function watch(bench: Bench, port: number): Promise<void> {
  const ask = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  await ask('/');
  const stream = request({ host: '127.0.0.1', port, path: '/v1/events' }, (response) => response.resume()).end();
  stream.on('error', () => {});
  bench.later(() => stream.destroy());
  const scrapes = setInterval(() => ask('/metrics').catch(() => {}), 5000);
  bench.later(() => clearInterval(scrapes));
}

async function measure(bench: Bench): Promise<Record<'dashboard' | 'plain' | 'bare', number>> {
  const demo = await writeDemo(bench, 'dashboard.toml', bench.folder.at('dashboard.sock'));
  await startLab(bench, demo.path, bench.folder.at('lab.sock'));
  const dashboard = await Hub.launch(bench, ['run', demo.path], bench.folder.at('dashboard.sock'));
  const plain = await startPlain(bench, demo);
  const bare = bench.launch(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid;
  await watch(bench, demo.ports.get(11180)!);
  await pause(seconds * 1000);
  for (const hub of [dashboard, plain]) await hub.until(({ mode }) => mode === 'tracking', 30_000);
  return { dashboard: await dashboard.memory(), plain: await plain.memory(), bare: await residentBytes(bare) };
}

const bench = new Bench();
try {
  const bytes = await measure(bench);
  const megabytes = (name: keyof typeof bytes): number => bytes[name] / 1e6;
  console.log(`resident memory after ${seconds} s (Node ${process.version})`);
  console.log(`bare Node                ${megabytes('bare').toFixed(1)} MB`);
  console.log(`hub without dashboard    ${megabytes('plain').toFixed(1)} MB, limit ${LIMIT_MB.plain}`);
  console.log(`hub with dashboard       ${megabytes('dashboard').toFixed(1)} MB, limit ${LIMIT_MB.dashboard}`);
  process.exitCode = (['dashboard', 'plain'] as const).every((name) => megabytes(name) <= LIMIT_MB[name]) ? 0 : 1;
} finally {
  await bench.clear();
}
