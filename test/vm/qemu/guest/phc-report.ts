/**
 * Runs in the guest: uses the hub's own access to hardware clocks, and prints the result of each action as JSON.
 *
 *   node phc-report.mjs PHYSICAL VIRTUAL INTERFACE
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClockComparison, HardwareClock } from '../../../../src/api/index.js';
import { openHost } from '../../../../src/host/host.js';

const [physical, virtual, card] = process.argv.slice(2) as [string, string, string];
const host = openHost();

const say = (deed: string, outcome: unknown): void => {
  process.stdout.write(`REPORT ${JSON.stringify({ deed, outcome })}\n`);
};

const codeOf = (work: () => unknown): string => {
  try {
    return `no error: ${JSON.stringify(work())}`;
  } catch (error) {
    return String((error as { readonly code?: unknown }).code ?? error);
  }
};

/** Returns the median of a few readings, so that an interruption does not count. */
function compare(clock: HardwareClock): ClockComparison {
  const all = Array.from({ length: 5 }, () => clock.compare(5));
  return all.sort((a, b) => a.offsetNs - b.offsetNs)[2]!;
}

/** Returns the frequency of a clock relative to the system clock over that time, ppb. */
async function ratePpb(clock: HardwareClock, milliseconds: number): Promise<number> {
  const first = compare(clock);
  await sleep(milliseconds);
  const last = compare(clock);
  return (-(last.offsetNs - first.offsetNs) / Number(last.monotonic - first.monotonic)) * 1e9;
}

const base = host.openClock(`phc:${physical}`);
say('facts', base.facts);
say('the interface names the same clock', host.openClock(`phc:${card}`).id);
say('obstacle of the base', base.obstacle());
say(
  'steering the base',
  codeOf(() => base.setFrequency(1000)),
);

const clock = host.openClock(`phc:/dev/${virtual}`);
say('id', clock.id);
say('obstacle', clock.obstacle());
const { by, widthNs } = compare(clock);
say('comparison', { by, widthNs });

say('frequency found', clock.frequencyPpb());
const before = await ratePpb(clock, 1000);
say('frequency set', clock.setFrequency(20_000));
say('frequency in force', clock.frequencyPpb());
say('rate gained', (await ratePpb(clock, 1000)) - before);
clock.setFrequency(0);

// A virtual clock begins in 1970. The kernel allows no earlier time.
const years = compare(clock).offsetNs;
say(
  'step out of 1970',
  codeOf(() => clock.step(years)),
);
say('left of it', compare(clock).offsetNs);

const phase = clock.phase();
const start = compare(clock).offsetNs;
say('step of 1 ms answered', clock.step(1_000_000));
say('step of 1 ms seen', start - compare(clock).offsetNs);
say('step of 1 ms in the phase', Number(clock.phase() - phase));
clock.step(-10_000_000_000);
say('step of -10 s seen', start - compare(clock).offsetNs);

await sleep(1100);
const stamp = clock.read();
const system = host.clocks[0]!.read();
const aheadNs = Number(system.time - system.monotonic - (stamp.time - stamp.monotonic));
say('read-out is behind by', aheadNs - clock.compare().offsetNs);
const still = clock.phase();
await sleep(1100);
say('phase of a clock left alone', Number(clock.phase() - still));

say(
  'unknown device',
  codeOf(() => host.openClock('phc:ptp9')),
);
say(
  'unknown interface',
  codeOf(() => host.openClock('phc:eth9')),
);
say(
  'interface without a clock',
  codeOf(() => host.openClock('phc:lo')),
);
say(
  'pulse in',
  codeOf(() => base.pulseIn({ channel: 0, edge: 'rising' }, () => {})),
);
say(
  'pulse out',
  codeOf(() => base.pulseOut({ channel: 0, periodNs: 1e9 })),
);

writeFileSync(`/sys/class/ptp/${physical}/n_vclocks`, '0');
say(
  'comparison when it has gone',
  codeOf(() => clock.compare()),
);
say(
  'setting it when it has gone',
  codeOf(() => clock.setFrequency(10)),
);
await sleep(1100);
say(
  'reading it when it has gone',
  codeOf(() => clock.read()),
);
process.exit(0);
