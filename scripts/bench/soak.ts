/**
 * Measures the resident memory of a hub over a long time of changes: its configuration is read again and again with other
 * sources and sinks, NTP servers and gpsd die and return, NTP clients from thousands of addresses, browsers and collectors
 * come and leave. The result is a slope with its standard error.
 *
 *   npm run bench:soak -- [--minutes 60] [--warm-up 15] [--every 8]     memory over time, a reload each 8 s
 *   npm run bench:soak -- --reloads 1000 [--warm-up 100] [--pause 200]   memory over reloads, each so many ms after the last
 *
 * `--samples FILE` writes the samples, one `minutes-or-reloads MB` a line. Exit status 1 if memory grows: if the slope is
 * above three times its error and above a megabyte in the measured span.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Bench } from '../../test/bench.js';
import { writeDemo } from '../../test/demo.js';
import { Hub, timehub } from '../../test/hub.js';
import { run } from '../../test/launch.js';
import { freeUdpPort } from '../../test/place.js';
import { readArguments } from '../arguments.js';
import { startLab } from './lab.js';
import { again, ntpClients, webClients } from './soak/churn.js';
import { type Sample, slopeOf } from './soak/slope.js';

const SAMPLE_MS = 5000;
const SAMPLE_RELOADS = 10;
const SMALL_MB = 1;

const { values } = readArguments({
  options: {
    ...{ minutes: { type: 'string', default: '60' }, reloads: { type: 'string' }, samples: { type: 'string' } },
    ...{ every: { type: 'string', default: '8' }, 'warm-up': { type: 'string' } },
    pause: { type: 'string', default: '200' },
  },
});

/** Returns four configurations: each adds, removes or changes a source or sink of the one before. */
async function variantsOf(config: string): Promise<readonly string[]> {
  const without = (text: string, table: string): string =>
    text.replace(new RegExp(`^\\[${table}\\]\\n(?:(?!^\\[).*\\n)*`, 'm'), '');
  const more = `\n[sink.ntp.more]\nlisten = "127.0.0.1:${await freeUdpPort()}"\n`;
  return [
    config,
    without(config, 'source.ntp.b').replace('poll-min = "2s"', 'poll-min = "4s"'),
    without(config, 'source.gpsd.gnss') + more,
    without(config, 'source.ntp.liar').replace('poll-min = "1s"', 'poll-min = "2s"'),
  ];
}

class Soak {
  readonly hub: Hub;
  readonly ports: ReadonlyMap<number, number>;
  readonly #path: string;
  readonly #variants: readonly string[];
  readonly #control: string;
  #turn = 0;

  static async start(bench: Bench): Promise<Soak> {
    const { path, config, ports } = await writeDemo(bench, 'hub.toml', bench.folder.at('hub.sock'));
    // The line that is logged at level info shows that the reload has been done.
    const variants = (await variantsOf(config)).map((text) => text.replace('log-level = "warn"', 'log-level = "info"'));
    const control = bench.folder.at('lab.sock');
    await startLab(bench, path, control);
    writeFileSync(path, variants[0]!);
    const hub = await Hub.launch(bench, ['run', path], bench.folder.at('hub.sock'));
    return new Soak(hub, ports, path, variants, control);
  }

  private constructor(
    hub: Hub,
    ports: ReadonlyMap<number, number>,
    path: string,
    variants: readonly string[],
    control: string,
  ) {
    this.hub = hub;
    this.ports = ports;
    this.#path = path;
    this.#variants = variants;
    this.#control = control;
  }

  get reloads(): number {
    return this.#turn;
  }

  /** Resolves when the hub has read the configuration again. */
  async reload(): Promise<void> {
    writeFileSync(this.#path, this.#variants[++this.#turn % this.#variants.length]!);
    const before = this.hub.process.output.length;
    this.hub.process.signal('SIGHUP');
    while (!this.hub.process.output.slice(before).includes(' again: ')) await pause(5);
  }

  lab(action: 'stop' | 'start', name: string): Promise<unknown> {
    return run(process.execPath, [timehub, 'lab', action, name, '--control', this.#control]);
  }

  async megabytes(): Promise<number> {
    return (await this.hub.memory()) / 1e6;
  }
}

/** Samples of resident memory, MB, over minutes or reloads. */
interface Measured {
  readonly samples: readonly Sample[];
  /** Samples before this are left out. */
  readonly warmUp: number;
  readonly unit: string;
  /** The slope is printed for `per` units, which are called `perName`. */
  readonly per: number;
  readonly perName: string;
}

async function overTime(bench: Bench, soak: Soak): Promise<Measured> {
  const names = ['a', 'b', 'c', 'd', 'liar', 'gnss'];
  let turn = 0;
  const ntp = ntpClients(bench, soak.ports.get(11123)!);
  const web = webClients(bench, soak.ports.get(11180)!);
  again(bench, 1000 * Number(values.every), () => soak.reload());
  again(bench, 7000, async () => {
    const name = names[turn++ % names.length]!;
    await soak.lab('stop', name);
    await pause(5000);
    await soak.lab('start', name);
  });
  const started = performance.now();
  const minutes = (): number => (performance.now() - started) / 60_000;
  const samples: Sample[] = [];
  while (minutes() < Number(values.minutes)) {
    await pause(SAMPLE_MS);
    samples.push(note([minutes(), await soak.megabytes()]));
  }
  console.log(
    `${soak.reloads} reloads, ${ntp.requests} NTP clients (${ntp.replies} answered), ` +
      `${web.pages} pages, ${web.streams} event streams, ${web.faults} refused, ${turn} losses of a peer`,
  );
  return { samples, warmUp: Number(values['warm-up'] ?? 15), unit: 'min', per: 60, perName: 'h' };
}

async function overReloads(soak: Soak): Promise<Measured> {
  const samples: Sample[] = [];
  while (soak.reloads < Number(values.reloads)) {
    await pause(Number(values.pause));
    await soak.reload();
    if (soak.reloads % SAMPLE_RELOADS > 0) continue;
    samples.push(note([soak.reloads, await soak.megabytes()]));
  }
  return { samples, warmUp: Number(values['warm-up'] ?? 100), unit: 'reloads', per: 1000, perName: '1000 reloads' };
}

function note(sample: Sample): Sample {
  const line = sample.map((value) => value.toFixed(2)).join(' ');
  if (values.samples !== undefined) appendFileSync(values.samples, `${line}\n`);
  return sample;
}

/** Prints the slope. Returns whether memory grows. */
function report({ samples, warmUp, unit, per, perName }: Measured): boolean {
  const measured = samples.filter(([x]) => x >= warmUp);
  const { slope, error } = slopeOf(measured);
  const last = measured.at(-1)![0];
  const span = last - measured[0]![0];
  const megabytes = measured.map(([, mb]) => mb);
  console.log(
    `resident memory from ${warmUp} to ${last.toFixed(0)} ${unit}: ` +
      `${Math.min(...megabytes).toFixed(1)} to ${Math.max(...megabytes).toFixed(1)} MB, ` +
      `slope ${(slope * per).toFixed(2)} ± ${(error * per).toFixed(2)} MB/${perName} (first sample ${samples[0]![1].toFixed(1)} MB)`,
  );
  return slope > 3 * error && slope * span > SMALL_MB;
}

const bench = new Bench();
try {
  const soak = await Soak.start(bench);
  const grows = report(await (values.reloads === undefined ? overTime(bench, soak) : overReloads(soak)));
  const { code } = await soak.hub.stop();
  console.log(grows ? 'memory grows' : 'memory does not grow', code === 0 ? '' : `; the hub ended with status ${code}`);
  process.exitCode = grows || code !== 0 ? 1 : 0;
} finally {
  await bench.clear();
}
