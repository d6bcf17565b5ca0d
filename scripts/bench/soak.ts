#!/usr/bin/env node
/**
 * Resident memory of a hub over a long time with all that comes and goes: its configuration is read again and again with
 * other sources and sinks, NTP servers and gpsd die and return, NTP clients from thousands of addresses, browsers and
 * collectors come and leave. The answer is a slope with its standard error.
 *
 *   npm run bench:soak -- [--minutes 60] [--warm-up 15] [--every 8]     memory over time, a reload each 8 s
 *   npm run bench:soak -- --reloads 1000 [--warm-up 100] [--pause 200]   memory over reloads, each so many ms after the last
 *
 * `--samples FILE` writes the samples, one `minutes-or-reloads MB` a line. Exit status 1 when memory grows: when the slope
 * is above three times its error and above a megabyte in the measured span.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { again, ntpClients, webClients } from './soak/churn.mjs';
import { slopeOf } from './soak/slope.mjs';

const { Bench } = await import('../dist/test/bench.js');
const { writeDemo } = await import('../dist/test/demo.js');
const { Hub, timehub } = await import('../dist/test/hub.js');
const { run } = await import('../dist/test/launch.js');
const { freeUdpPort } = await import('../dist/test/place.js');

const SAMPLE_MS = 5000;
const SAMPLE_RELOADS = 10;
const SMALL_MB = 1;

const { values } = parseArgs({
  options: {
    ...{ minutes: { type: 'string', default: '60' }, reloads: { type: 'string' }, samples: { type: 'string' } },
    ...{ every: { type: 'string', default: '8' }, 'warm-up': { type: 'string' } },
    pause: { type: 'string', default: '200' },
  },
});

/** Four configurations: each differs from the one before by a source or sink that comes, goes or changes. */
async function variantsOf(config) {
  const without = (text, table) => text.replace(new RegExp(`^\\[${table}\\]\\n(?:(?!^\\[).*\\n)*`, 'm'), '');
  const more = `\n[sink.ntp.more]\nlisten = "127.0.0.1:${await freeUdpPort()}"\n`;
  return [
    config,
    without(config, 'source.ntp.b').replace('poll-min = "2s"', 'poll-min = "4s"'),
    without(config, 'source.gpsd.gnss') + more,
    without(config, 'source.ntp.liar').replace('poll-min = "1s"', 'poll-min = "2s"'),
  ];
}

class Soak {
  #turn = 0;

  static async start(bench) {
    const soak = new Soak();
    const { path, config, ports } = await writeDemo(bench, 'hub.toml', bench.folder.at('hub.sock'));
    soak.path = path;
    soak.ports = ports;
    // The text of the reload is what tells that it has been done.
    soak.variants = (await variantsOf(config)).map((text) => text.replace('log-level = "warn"', 'log-level = "info"'));
    soak.control = bench.folder.at('lab.sock');
    const lab = spawn(process.execPath, [timehub, 'lab', 'run', path, '--control', soak.control], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    bench.later(() => lab.disconnect());
    await once(lab, 'message');
    writeFileSync(path, soak.variants[0]);
    soak.hub = await Hub.launch(bench, ['run', path], bench.folder.at('hub.sock'));
    return soak;
  }

  get reloads() {
    return this.#turn;
  }

  /** Resolves when the hub says that it has read the configuration again. */
  async reload() {
    writeFileSync(this.path, this.variants[++this.#turn % this.variants.length]);
    const before = this.hub.process.output.length;
    this.hub.process.signal('SIGHUP');
    while (!this.hub.process.output.slice(before).includes(' again: ')) await pause(5);
  }

  lab(action, name) {
    return run(process.execPath, [timehub, 'lab', action, name, '--control', this.control]);
  }

  async megabytes() {
    return (await this.hub.memory()) / 1e6;
  }
}

async function overTime(bench, soak) {
  const names = ['a', 'b', 'c', 'd', 'liar', 'gnss'];
  let turn = 0;
  const ntp = ntpClients(bench, soak.ports.get(11123));
  const web = webClients(bench, soak.ports.get(11180));
  again(bench, 1000 * Number(values.every), () => soak.reload());
  again(bench, 7000, async () => {
    const name = names[turn++ % names.length];
    await soak.lab('stop', name);
    await pause(5000);
    await soak.lab('start', name);
  });
  const started = performance.now();
  const minutes = () => (performance.now() - started) / 60_000;
  const samples = [];
  while (minutes() < Number(values.minutes)) {
    await pause(SAMPLE_MS);
    samples.push([minutes(), await soak.megabytes()]);
    note(samples.at(-1));
  }
  console.log(
    `${soak.reloads} reloads, ${ntp.requests} NTP clients (${ntp.replies} answered), ` +
      `${web.pages} pages, ${web.streams} event streams, ${web.faults} refused, ${turn} losses of a peer`,
  );
  return { samples, warmUp: Number(values['warm-up'] ?? 15), unit: 'min', per: 60, perName: 'h' };
}

async function overReloads(_bench, soak) {
  const samples = [];
  while (soak.reloads < Number(values.reloads)) {
    await pause(Number(values.pause));
    await soak.reload();
    if (soak.reloads % SAMPLE_RELOADS > 0) continue;
    samples.push([soak.reloads, await soak.megabytes()]);
    note(samples.at(-1));
  }
  return { samples, warmUp: Number(values['warm-up'] ?? 100), unit: 'reloads', per: 1000, perName: '1000 reloads' };
}

function note([x, mb]) {
  if (values.samples !== undefined) appendFileSync(values.samples, `${x.toFixed(2)} ${mb.toFixed(2)}\n`);
}

function report({ samples, warmUp, unit, per, perName }) {
  const measured = samples.filter(([x]) => x >= warmUp);
  const { slope, error } = slopeOf(measured);
  const span = measured.at(-1)[0] - measured[0][0];
  const megabytes = measured.map(([, mb]) => mb);
  console.log(
    `resident memory from ${warmUp} to ${measured.at(-1)[0].toFixed(0)} ${unit}: ` +
      `${Math.min(...megabytes).toFixed(1)} to ${Math.max(...megabytes).toFixed(1)} MB, ` +
      `slope ${(slope * per).toFixed(2)} ± ${(error * per).toFixed(2)} MB/${perName} (first sample ${samples[0][1].toFixed(1)} MB)`,
  );
  return slope > 3 * error && slope * span > SMALL_MB;
}

const bench = new Bench();
try {
  const soak = await Soak.start(bench);
  const grows = report(await (values.reloads === undefined ? overTime : overReloads)(bench, soak));
  const { code } = await soak.hub.stop();
  console.log(grows ? 'memory grows' : 'memory does not grow', code === 0 ? '' : `; the hub ended with status ${code}`);
  process.exitCode = grows || code !== 0 ? 1 : 0;
} finally {
  await bench.clear();
}
