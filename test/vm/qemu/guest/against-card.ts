/**
 * Runs in a guest: the independent observer of one card. Four times a second it compares clocks with the card's own counter,
 * which is never set and keeps the time of the machine outside.
 *
 *   node against-card.mjs SILENT SECONDS LABEL INTERFACE CLOCK…     (names below /dev, or `system`)
 *
 * It is silent for SILENT seconds first, because its start disturbs the guest's clock.
 */
import { openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import koffi from 'koffi';
import { openHost } from '../../../../src/host/host.js';
import { realtime } from '../../../clock.js';

const [silent, seconds, label, card, ...names] = process.argv.slice(2) as [string, string, string, string, ...string[]];
const TRIES = 9;
const NS_PER_S = 1_000_000_000n;
/** Register of the card: its counter, in 2⁻¹⁹ ns. */
const SYSTEM_TIME = 0xb600;
const FRACTION_BITS = 19n;
const READ_WRITE = 3;
const SHARED = 1;

const host = openHost();
const clocks = names.map((name) => [name, name === 'system' ? undefined : host.openClock(`phc:${name}`)] as const);

const mmap = koffi.load(null).func('void *mmap(void *, size_t, int, int, int, long)');
const file = openSync(`/sys/class/net/${card}/device/resource0`, 'r+');
const registers = mmap(null, 0x20000, READ_WRITE, SHARED, file, 0);

interface Sighting {
  /** The card's counter, ns. */
  readonly counter: bigint;
  readonly systemMinusCounter: bigint;
  readonly width: bigint;
}

function look(): Sighting {
  const before = realtime();
  const counter = BigInt(koffi.decode(registers, SYSTEM_TIME, 'uint64_t')) >> FRACTION_BITS;
  const width = realtime() - before;
  return { counter, systemMinusCounter: before + width / 2n - counter, width };
}

/** Returns the quickest of several readings. */
const see = (): Sighting =>
  Array.from({ length: TRIES }, look).reduce((best, next) => (next.width < best.width ? next : best));

const start = host.monotonic() + BigInt(silent) * NS_PER_S;
const end = start + BigInt(seconds) * NS_PER_S;
while (host.monotonic() < end) {
  const { counter, systemMinusCounter, width } = see();
  const minusCounter = Object.fromEntries(
    clocks.map(([name, clock]) => {
      const systemMinusClock = clock === undefined ? 0 : clock.compare(TRIES).offsetNs;
      return [name, String(systemMinusCounter - BigInt(Math.round(systemMinusClock)))];
    }),
  );
  const seen = { label, counter: String(counter), width: Number(width), minusCounter };
  if (host.monotonic() >= start) process.stdout.write(`SEEN ${JSON.stringify(seen)}\n`);
  await sleep(250);
}
process.exit(0);
