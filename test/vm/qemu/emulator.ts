import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../../bench.js';
import { type Launched, run, within } from '../../launch.js';
import { readPair } from '../uml/truth.js';
import { type GuestPlan, makeDisk } from './disk.js';
import { debian } from './image.js';

/** The guest's time counts its instructions, and idle time is skipped. The figures repeat and do not depend on the load. */
export const COUNTED_TIME = ['-accel', 'tcg,thread=single', '-icount', 'shift=2,sleep=off', '-rtc', 'clock=vm'];

/** The guest's time is that of this machine. The figures depend on the load, unless the guest has priority. */
export const REAL_TIME = ['-accel', 'tcg,thread=multi'];

/** A network card with time stamps, on the named wire. The virtual functions of a card take the slots after its own. */
export const card = (slot: '02' | '04', mac: string, wire: string): readonly string[] => [
  ...['-netdev', `${wire},id=wire${slot}`],
  ...['-device', `igb,netdev=wire${slot},addr=${slot}.0,mac=${mac}`],
];

/** A running emulated machine. */
export interface Guest {
  /** Returns its output so far. */
  log(): string;
  /** Gives it priority over all other programs of this machine. */
  hurry(): Promise<void>;
  /** Resolves when the guest has switched itself off. Rejects after `timeoutS` of this machine's time. */
  ended(timeoutS: number): Promise<void>;
  stop(): Promise<unknown>;
}

/**
 * Returns the kernel argument with the rate of the cycle counter, for a guest in real time, whose counter is this machine's.
 * On a busy machine the kernel's own measurement would be wrong by a factor.
 */
export async function cycleRate(): Promise<string> {
  const first = readPair();
  await sleep(MEASURED_MS);
  const last = readPair();
  return `tsc_early_khz=${((last.cycles - first.cycles) * 1_000_000n) / (last.time - first.time)}`;
}

const MEASURED_MS = 500;

export interface Hardware {
  /** Further arguments of the emulator. */
  readonly devices: readonly string[];
  /** Further arguments of the guest's kernel. */
  readonly kernel?: string;
}

/** Boots a guest with further devices. The emulator runs from its own folder, with the libraries of its release. */
export async function startGuest(bench: Bench, plan: GuestPlan, hardware: Hardware): Promise<Guest> {
  const disk = await makeDisk(bench, plan);
  const path = bench.folder.at(`${plan.name}.log`);
  const program = join(debian, 'lib64/ld-linux-x86-64.so.2');
  const emulator = bench.launch(program, machine(disk, path, hardware));
  const log = () => (existsSync(path) ? readFileSync(path, 'latin1').replaceAll('\r', '') : '');
  return {
    log,
    hurry: () => hurry(emulator.pid),
    ended: (timeoutS) => ended(emulator, timeoutS, log),
    stop: () => emulator.stop(),
  };
}

/**
 * Gives all threads of a program the scheduler's real-time class (sched(7)). The first thread has the highest priority: in the
 * emulator it receives and stamps frames while the guest's processor works.
 */
export async function hurry(pid: number): Promise<void> {
  for (const args of [
    ['--all-tasks', '--rr', '--pid', '1'],
    ['--rr', '--pid', '2'],
  ]) {
    const { code, output } = await run('chrt', [...args, String(pid)]);
    if (code !== 0) throw new Error(`the guest cannot go first: ${output}`);
  }
}

async function ended(emulator: Launched, timeoutS: number, log: () => string): Promise<void> {
  const { code } = await within(timeoutS * 1000, emulator.exited, () => `the guest still runs:\n${log()}`);
  if (code !== 0) throw new Error(`the emulator ended with ${code}: ${emulator.output}`);
}

function machine(disk: string, log: string, { devices, kernel: words = '' }: Hardware): readonly string[] {
  const libraries = join(debian, 'usr/lib/x86_64-linux-gnu');
  const boot = join(debian, 'kernel/boot');
  const kernel = readdirSync(boot).find((file) => file.startsWith('vmlinuz-'))!;
  return [
    ...['--library-path', `${libraries}:${libraries}/pulseaudio`, join(debian, 'usr/bin/qemu-system-x86_64')],
    ...['qemu', 'seabios'].flatMap((name) => ['-L', join(debian, 'usr/share', name)]),
    ...['-L', join(debian, 'usr/lib/ipxe/qemu'), '-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-M', 'q35,hpet=off', '-cpu', 'max', '-m', '768', '-no-reboot'],
    ...['-kernel', join(boot, kernel), '-initrd', disk],
    ...['-append', `console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable iomem=relaxed ${words}`],
    ...['-chardev', `file,id=console,path=${log}`, '-serial', 'chardev:console', '-device', 'virtio-rng-pci'],
    ...devices,
  ];
}
