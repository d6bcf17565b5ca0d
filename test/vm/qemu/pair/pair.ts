import { join } from 'node:path';
import type { Bench } from '../../../bench.js';
import { root } from '../../../place.js';
import type { GuestPlan } from '../disk.js';
import { card, cycleRate, type Guest, hurry, REAL_TIME, startGuest } from '../emulator.js';
import type { Bounds } from './cable/card.js';

export interface PairPlan {
  /** Runs until the other guest has ended. */
  readonly a: GuestPlan;
  readonly b: GuestPlan;
  /** Maximum time of the run, s. */
  readonly timeoutS: number;
}

export interface PairRecord {
  readonly a: string;
  readonly b: string;
  /** For each guest, the counter of its card − this machine's monotonic clock. */
  readonly bounds: Readonly<Record<'a' | 'b', Bounds>>;
}

/** Boots two guests in real time, a card each, with a cable between them. */
export async function runPair(bench: Bench, { a, b, timeoutS }: PairPlan): Promise<PairRecord> {
  const program = join(root, 'dist/test/vm/qemu/pair/cable/cable.js');
  const cable = bench.launch(process.execPath, [program, bench.folder.path]);
  await cable.printed(/READY/);
  const kernel = await cycleRate();
  const start = (plan: GuestPlan, end: 'a' | 'b'): Promise<Guest> => {
    const socket = bench.folder.at(end);
    const wire = `stream,server=off,addr.type=unix,addr.path=${socket}`;
    const door = ['-qtest', `unix:${socket}.qtest,server=on,wait=off`, '-qtest-log', '/dev/null'];
    const devices = [...REAL_TIME, ...card('02', `52:54:00:00:00:0${end}`, wire), ...door];
    return startGuest(bench, plan, { devices, kernel });
  };
  const guests = await Promise.all([start(a, 'a'), start(b, 'b')]);
  // A guest gets its priority after the boot, which would take all of the machine.
  await Promise.all(['a', 'b'].map((name) => cable.printed(new RegExp(`MET ${name}`), BOOT_MS)));
  await Promise.all([hurry(cable.pid), ...guests.map((guest) => guest.hurry())]);
  await guests[1].ended(timeoutS);
  await guests[0].stop();
  await cable.stop();
  const bounds = /^BOUNDS (.*)$/m.exec(cable.output)![1]!;
  return { a: guests[0].log(), b: guests[1].log(), bounds: JSON.parse(bounds) };
}

const BOOT_MS = 300_000;
