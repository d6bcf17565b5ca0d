/**
 * Runs in the guest: the independent observer. Once a second it compares clocks with a reference clock. It reads all of them
 * against CLOCK_MONOTONIC_RAW, and sets none.
 *
 *   node truth.mjs SECONDS REFERENCE CLOCK…     (names below /dev, or `system`)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openHost } from '../../../../src/host/host.js';
import type { HostPhc } from '../../../../src/kernel/host.js';

interface Sighting {
  /** System clock − clock, ns. */
  readonly offsetNs: number;
  readonly monotonic: bigint;
}

const [seconds, reference, ...names] = process.argv.slice(2) as [string, string, ...string[]];
const host = openHost();
const clocks = new Map<string, HostPhc>();
for (const name of [reference, ...names]) if (name !== 'system') clocks.set(name, host.openClock(`phc:${name}`));

const look = (name: string): Sighting => {
  const clock = clocks.get(name);
  return clock === undefined ? { offsetNs: 0, monotonic: host.monotonic() } : clock.compare(9);
};

/** Returns reference − clock. The reference is read before and after the clock, so that their drift in between cancels. */
function differenceNs(name: string): number {
  const before = look(reference);
  const clock = look(name);
  const after = look(reference);
  const share = Number(clock.monotonic - before.monotonic) / Number(after.monotonic - before.monotonic);
  return clock.offsetNs - (before.offsetNs + (after.offsetNs - before.offsetNs) * share);
}

const start = host.monotonic();
for (let second = 0; second < Number(seconds); second++) {
  const atS = Number(host.monotonic() - start) / 1e9;
  const offsetsNs = Object.fromEntries(names.map((name) => [name, differenceNs(name)]));
  process.stdout.write(`TRUTH ${JSON.stringify({ atS, offsetsNs })}\n`);
  await sleep(1000);
}
process.exit(0);
