import type { ClockId, Instant, Need, Ns, Stamp, StampClass, Timer } from '../api/index.js';
import type { Host } from '../kernel/host.js';
import { LabClock } from './clock.js';
import { Fabric, type Node } from './fabric.js';
import { Oscillator, type OscillatorOptions } from './oscillator.js';
import { createRandom, type Random } from './random.js';
import { Scheduler } from './scheduler.js';

export interface LabClockSetting extends OscillatorOptions {
  /** Reference − clock at the start. */
  readonly offsetNs?: Ns;
  readonly maxPpb?: number;
  /** Why it may not be steered. Default: it may. */
  readonly obstacle?: string;
}

export interface LabHostOptions {
  readonly seed?: number;
  /** True UTC at the start. Default 2026-11-21T00:00:00Z. */
  readonly start?: Instant;
  readonly taiMinusUtc?: number;
  /** The system clock. Its oscillator, uncorrected, is CLOCK_MONOTONIC_RAW. */
  readonly clock?: LabClockSetting;
  /** PTP hardware clocks: on TAI, with oscillators of their own. */
  readonly phcs?: Readonly<Record<string, LabClockSetting>>;
  readonly address?: string;
  /** Class of its network stamps. Default `kernel`. */
  readonly stamps?: StampClass;
  readonly notes?: readonly string[];
  readonly lacks?: (need: Need) => string;
  readonly leapSeconds?: string;
}

/** A machine in virtual time, with what a real one does not have: the truth, and a hand on the clockwork. */
export interface LabHost extends Host {
  /** True time since the start. */
  readonly nowNs: Ns;
  readonly scheduler: Scheduler;
  readonly random: ((octets: number) => Uint8Array) & Host['random'];
  /** A stream of randomness that moves no other. */
  stream(name: string): Random;
  readonly fabric: Fabric;
  readonly network: Node;
  readonly clocks: readonly [LabClock, ...LabClock[]];
  readonly oscillators: ReadonlyMap<ClockId, Oscillator>;
  /** What went to the service manager. */
  readonly notified: readonly string[];
  /** True UTC. */
  trueTime(): Instant;
  /** A stamp of a clock that is perfect but for its offset (reference − clock): what a simulated server has. */
  perfectStamp(by: StampClass, offsetNs?: Ns): Stamp;
  /** The truth: reference − clock. */
  errorNs(clock: ClockId): Ns;
  /** Lets virtual time pass up to `untilNs` after the start. */
  run(untilNs: Ns): Promise<void>;
}

/** 2026-11-21T00:00:00Z */
const DEFAULT_START: Instant = 1_795_219_200_000_000_000n;
/** What Linux allows (clock_adjtime(2)), and what common PHC drivers do. */
const SYSTEM_MAX_PPB = 500_000;
const PHC_MAX_PPB = 62_499_999;

/** A host made of arithmetic. Two with the same options and the same inputs behave alike to the last bit. */
export function createLabHost(options: LabHostOptions = {}): LabHost {
  const start = options.start ?? DEFAULT_START;
  const random = createRandom(options.seed ?? 1);
  const scheduler = new Scheduler();
  const fabric = new Fabric(scheduler, random.fork('network'));
  const nowNs = () => scheduler.nowNs;
  const settings: readonly (readonly [ClockId, LabClockSetting])[] = [
    ['system', options.clock ?? {}],
    ...Object.entries(options.phcs ?? {}).map(([name, setting]) => [`phc:${name}`, setting] as const),
  ];
  const oscillators = new Map(settings.map(([id, setting]) => [id, new Oscillator(setting, random.fork(id))]));
  const quartz = oscillators.get('system')!;
  // Since boot, which was an hour before.
  const monotonic = () => 3_600_000_000_000n + BigInt(Math.round(nowNs() + quartz.phaseNs(nowNs())));
  const taiStart = start + BigInt(options.taiMinusUtc ?? 37) * 1_000_000_000n;
  const clocks = settings.map(
    ([id, setting]) =>
      new LabClock({
        id,
        scale: id === 'system' ? 'utc' : 'tai',
        start: id === 'system' ? start : taiStart,
        offsetNs: setting.offsetNs ?? 0,
        maxPpb: setting.maxPpb ?? (id === 'system' ? SYSTEM_MAX_PPB : PHC_MAX_PPB),
        obstacle: setting.obstacle ?? '',
        oscillator: oscillators.get(id)!,
        nowNs,
        monotonic,
      }),
  ) as [LabClock, ...LabClock[]];
  const stamps = options.stamps ?? 'kernel';
  const entropy = random.fork('entropy');
  const notified: string[] = [];
  const trueTime = () => start + BigInt(Math.round(nowNs()));

  return {
    stamps,
    notes: options.notes ?? [],
    network: fabric.attach({ address: options.address ?? '192.0.2.1', stamp: (by) => clocks[0].stamp(by), stamps }),
    clocks,
    oscillators,
    scheduler,
    fabric,
    notified,
    get nowNs() {
      return scheduler.nowNs;
    },
    monotonic,
    trueTime,
    perfectStamp: (by, offsetNs = 0) => {
      const time = trueTime() - BigInt(Math.round(offsetNs));
      return { clock: 'system', time, monotonic: time, by };
    },
    // Timers count by the oscillator, like everything on this machine.
    after: (delayNs, handler): Timer =>
      scheduler.at(nowNs() + Math.max(0, delayNs) / (1 + quartz.frequencyPpb(nowNs()) * 1e-9), handler),
    random: (octets) => entropy.octets(octets),
    stream: (name) => random.fork(name),
    errorNs: (clock) => clocks.find(({ id }) => id === clock)!.errorNs(),
    lacks: options.lacks ?? (() => ''),
    leapSeconds: () => (options.leapSeconds === undefined ? undefined : { text: options.leapSeconds, path: 'lab' }),
    notify: (state) => notified.push(state),
    run: (untilNs) => scheduler.run(untilNs),
    close: () => undefined,
  };
}
