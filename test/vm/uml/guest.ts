import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../../bench.js';
import { run, within } from '../../launch.js';
import type { Peer } from '../../peers.js';
import { root } from '../../place.js';
import { compare, type Offset, parseReadings } from './offsets.js';

/** Address of the guest's neighbour. The guest itself has 198.51.100.2 (RFC 5737). */
export const SERVER = '198.51.100.1';

/** Error of a guest's clock when its client starts. */
export interface StartingError {
  readonly offsetS: number;
  readonly frequencyPpm: number;
}

export interface GuestPlan {
  readonly name: string;
  readonly seconds: number;
  readonly start: StartingError;
  /** Shell text that disciplines the guest's clock. The server is at `SERVER`. `$repo` is the checkout. */
  readonly client: string;
  /** Shell text that runs at the end. Its output is kept. */
  readonly finish: string;
}

export interface GuestRecord {
  readonly offsets: readonly Offset[];
  /** Output of the client. */
  readonly log: string;
  readonly finish: string;
}

export interface GuestPrograms {
  readonly uml: Peer;
  readonly chrony: Peer;
}

/** Returns the reason why this machine cannot run guests, or ''. */
export function obstacle(): string {
  if (process.getuid?.() !== 0) return 'a User-Mode Linux guest needs root for its network namespace';
  return existsSync('/dev/net/tun') ? '' : 'a User-Mode Linux guest needs /dev/net/tun';
}

/**
 * Boots a User-Mode Linux guest on this machine's files, read-only, with its own clock, which starts wrong. Its only neighbour
 * is a chronyd that serves this machine's time over a tap in its own network namespace.
 */
export async function runGuest(bench: Bench, programs: GuestPrograms, plan: GuestPlan): Promise<GuestRecord> {
  const out = bench.folder.at(plan.name);
  mkdirSync(join(out, 'server'), { recursive: true, mode: 0o750 });
  bench.write(`${plan.name}/client.sh`, plan.client);
  bench.write(`${plan.name}/finish.sh`, plan.finish);
  const link = await openLink(bench, plan.name);
  await startServer(bench, programs.chrony, link, out);
  const observer = bench.launch(process.execPath, [join(import.meta.dirname, 'truth.js'), String(plan.seconds + 60)]);
  await observer.printed(/\n/);
  const guest = bench.launch(
    'ip',
    ['netns', 'exec', link.namespace, programs.uml.program, ...kernelArguments(plan, link, out)],
    // The kernel keeps its memory in a file there. On a tmpfs it is quick.
    { env: { ...process.env, TMPDIR: '/dev/shm', HOME: out } },
  );
  await within((plan.seconds + 60) * 1000, guest.exited, () => `the guest still runs:\n${guest.output}`);
  await observer.stop();
  const read = (name: string) => readFileSync(join(out, name), 'utf8');
  return {
    offsets: compare(parseReadings(observer.output), parseReadings(read('guest.txt'))),
    log: read('client.log'),
    finish: read('finish.txt'),
  };
}

interface Link {
  readonly namespace: string;
  readonly tap: string;
}

async function openLink(bench: Bench, name: string): Promise<Link> {
  const namespace = `timehub-${process.pid}-${name}`;
  const tap = `th${process.pid}${name}`.slice(0, 15);
  await ip('netns', 'add', namespace);
  bench.later(() => ip('netns', 'del', namespace));
  await ip('tuntap', 'add', 'dev', tap, 'mode', 'tap');
  await ip('link', 'set', tap, 'netns', namespace);
  await ip('-n', namespace, 'addr', 'add', `${SERVER}/24`, 'dev', tap);
  await ip('-n', namespace, 'link', 'set', tap, 'up');
  return { namespace, tap };
}

async function ip(...args: string[]): Promise<void> {
  const { code, output } = await run('ip', args);
  if (code !== 0) throw new Error(`ip ${args.join(' ')}: ${output}`);
}

async function startServer(bench: Bench, chrony: Peer, { namespace }: Link, out: string): Promise<void> {
  const config = join(out, 'server.conf');
  const folder = join(out, 'server');
  writeFileSync(config, `local stratum 3\nallow\ncmdport 0\nbindcmdaddress ${folder}/sock\npidfile ${folder}/pid\n`);
  const args = ['netns', 'exec', namespace, chrony.program, '-x', '-u', 'root', '-d', '-f', config];
  const server = bench.launch('ip', args, { env: chrony.env });
  await server.printed(/Disabled control of system clock/);
}

function kernelArguments({ name, seconds, start }: GuestPlan, { tap }: Link, out: string): string[] {
  return [
    `umid=timehub-${process.pid}-${name}`,
    'mem=512M',
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    `init=${join(root, 'test/vm/uml/init.sh')}`,
    'con=null',
    'con0=fd:0,fd:1',
    'quiet',
    `vec0:transport=tap,ifname=${tap},depth=64,gro=0`,
    `repo=${root}`,
    `out=${out}`,
    `seconds=${seconds}`,
    `offset=${start.offsetS}`,
    `frequency=${Math.round(start.frequencyPpm * 65536)}`,
  ];
}
