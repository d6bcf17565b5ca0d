import { join } from 'node:path';
import type { Bench } from '../../bench.js';
import { root } from '../../place.js';
import type { Bounds } from './cable/card.js';
import type { GuestPlan } from './disk.js';
import { card, type Guest, hurry, REAL_TIME, startGuest } from './emulator.js';

export interface PairPlan {
  /** Runs until the other one has ended. */
  readonly a: GuestPlan;
  readonly b: GuestPlan;
  /** When it is given up. */
  readonly timeoutS: number;
}

export interface PairRecord {
  readonly a: string;
  readonly b: string;
  /** Of each guest, the counter of its card − this machine's monotonic clock. */
  readonly surveys: Readonly<Record<'a' | 'b', Bounds>>;
}

/** Boots two guests in real time, a card each, with a cable between them. */
export async function runPair(bench: Bench, { a, b, timeoutS }: PairPlan): Promise<PairRecord> {
  const program = join(root, 'dist/test/vm/qemu/cable/cable.js');
  const cable = bench.launch(process.execPath, [program, bench.folder.path]);
  await cable.printed(/READY/);
  const start = (plan: GuestPlan, end: 'a' | 'b'): Promise<Guest> => {
    const socket = bench.folder.at(end);
    const wire = `stream,server=off,addr.type=unix,addr.path=${socket}`;
    const door = ['-qtest', `unix:${socket}.qtest,server=on,wait=off`, '-qtest-log', '/dev/null'];
    return startGuest(bench, plan, [...REAL_TIME, ...card('02', `52:54:00:00:00:0${end}`, wire), ...door]);
  };
  const guests = await Promise.all([start(a, 'a'), start(b, 'b')]);
  // Booting is work enough for a whole machine: it does not go first.
  await Promise.all(['a', 'b'].map((name) => cable.printed(new RegExp(`"name":"${name}"`), 120_000)));
  await Promise.all([hurry(cable.pid), ...guests.map((guest) => guest.hurry())]);
  await guests[1].ended(timeoutS);
  await guests[0].stop();
  const surveys = [...cable.output.matchAll(/^SURVEY (.*)$/gm)].map((match) => JSON.parse(match[1]!));
  return {
    a: guests[0].log(),
    b: guests[1].log(),
    surveys: Object.fromEntries(surveys.map(({ name, ...bounds }) => [name, bounds])) as PairRecord['surveys'],
  };
}
