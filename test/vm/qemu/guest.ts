import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Bench } from '../../bench.js';
import { run, within } from '../../launch.js';
import { skip } from '../../need.js';
import { root } from '../../place.js';

const cache = join(root, '.cache/vm');
const folder = join(cache, 'root');
const image = join(cache, 'image.cpio');
const scripts = join(root, 'test/vm/qemu');

/** What the hub needs to run in a guest, below the checkout. */
const HUB = [
  'bin/timehub',
  'package.json',
  'dist/bundle',
  'build/Release/timehub.node',
  'node_modules/koffi',
  'node_modules/@koromix',
  'node_modules/node-gyp-build',
];

export interface GuestPlan {
  readonly name: string;
  /** Shell text that process 1 runs; what it prints is the answer. The hub is at /repo. */
  readonly job: string;
  /** Further files: path in the guest → text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Programs of the test's own: path in the guest → module below test/vm/qemu/guest. */
  readonly programs?: Readonly<Record<string, string>>;
  /** When it is given up, real time. */
  readonly timeoutS: number;
}

/** Makes ready for guests, or skips: they take minutes, and are run when asked for (`npm run test:vm`). */
export function boot(context: Mocha.Context): void {
  if (process.env.TIMEHUB_GUESTS !== '1') context.skip();
  const reason = obstacle() || prepare();
  if (reason !== '') skip(context, reason);
}

/** Why guests cannot be had here; empty when they can. */
function obstacle(): string {
  if (process.getuid?.() !== 0) return 'the folder of an emulated guest can only be made by root';
  if (process.arch !== 'x64') return 'the emulated guests are made for x86-64 alone';
  return '';
}

/** Fetches and makes, once, what all guests share. The answer is empty when it is there, else the reason. */
function prepare(): string {
  mkdirSync(cache, { recursive: true });
  for (const [script, ...args] of [
    ['root.sh', folder],
    ['image.sh', folder, image, process.execPath],
  ] as const) {
    const { status, stderr } = spawnSync('bash', [join(scripts, script), ...args], { encoding: 'utf8' });
    if (status !== 0) return `the guest's ${script} failed: ${stderr.trim().split('\n').at(-1)}`;
  }
  return '';
}

/**
 * Boots a guest with two network cards on one wire, in time that counts instructions: its figures are exact, repeat, and do
 * not depend on what else this machine does. Answers with what it printed.
 */
export async function runGuest(bench: Bench, plan: GuestPlan): Promise<string> {
  const disk = await makeDisk(bench, plan);
  const log = bench.folder.at(`${plan.name}.log`);
  const guest = bench.launch(join(folder, 'lib64/ld-linux-x86-64.so.2'), emulator(disk, log));
  const { code } = await within(plan.timeoutS * 1000, guest.exited, () => `the guest still runs:\n${read(log)}`);
  if (code !== 0) throw new Error(`the emulator ended with ${code}: ${guest.output}`);
  return read(log);
}

const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'latin1').replaceAll('\r', '') : '');

/** The shared archive with one of this guest's own behind it. */
async function makeDisk(bench: Bench, { name, job, files = {}, programs = {} }: GuestPlan): Promise<string> {
  const own = bench.folder.at(`${name}.own`);
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(own, path)), { recursive: true });
    writeFileSync(join(own, path), text);
  };
  for (const path of HUB) cpSync(join(root, path), join(own, 'repo', path), { recursive: true });
  put('job.sh', job);
  for (const [path, text] of Object.entries(files)) put(path, text);
  for (const [path, module] of Object.entries(programs)) {
    await build({
      entryPoints: [join(scripts, 'guest', module)],
      outfile: join(own, path),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      conditions: ['timehub-source'],
      external: ['koffi', 'node-gyp-build'],
      absWorkingDir: root,
      logLevel: 'error',
    });
  }
  const disk = bench.folder.at(`${name}.cpio`);
  const pack = `find . | "${folder}/bin/busybox" cpio -o -H newc -R 0:0 | cat "${image}" - >"${disk}"`;
  const { code, output } = await run('sh', ['-c', pack], { cwd: own });
  if (code !== 0) throw new Error(`the guest's files cannot be packed: ${output}`);
  return disk;
}

/** The emulator runs from its own folder, with the libraries of its own release. */
function emulator(disk: string, log: string): string[] {
  const libraries = join(folder, 'usr/lib/x86_64-linux-gnu');
  const boot = join(folder, 'kernel/boot');
  const kernel = readdirSync(boot).find((file) => file.startsWith('vmlinuz-'))!;
  // The virtual functions of a card take the slots behind its own.
  const card = (slot: string, mac: string): string[] => [
    ...['-netdev', `hubport,hubid=0,id=wire${slot}`],
    ...['-device', `igb,netdev=wire${slot},addr=${slot}.0,mac=${mac}`],
  ];
  return [
    ...['--library-path', `${libraries}:${libraries}/pulseaudio`, join(folder, 'usr/bin/qemu-system-x86_64')],
    ...['qemu', 'seabios'].flatMap((name) => ['-L', join(folder, 'usr/share', name)]),
    ...['-L', join(folder, 'usr/lib/ipxe/qemu'), '-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-M', 'q35,hpet=off', '-cpu', 'max', '-accel', 'tcg,thread=single', '-m', '768', '-no-reboot'],
    ...['-icount', 'shift=2,sleep=off', '-rtc', 'clock=vm'],
    ...['-kernel', join(boot, kernel), '-initrd', disk],
    ...['-append', 'console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable iomem=relaxed'],
    ...['-chardev', `file,id=console,path=${log}`, '-serial', 'chardev:console', '-device', 'virtio-rng-pci'],
    ...card('02', '52:54:00:00:00:0a'),
    ...card('04', '52:54:00:00:00:0b'),
  ];
}
