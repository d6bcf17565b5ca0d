import {
  type ClockId,
  HubError,
  type Instant,
  type Ns,
  type SharedMemory,
  type SharedMemoryOptions,
  type Stamp,
  type StampClass,
  type Timer,
} from '../api/index.js';
import type { Host } from '../kernel/host.js';
import { LabClock, type LabClockOptions } from './clocks/clock.js';
import { LabOscillator, type OscillatorOptions } from './clocks/oscillator.js';
import { LabPhc, type LabPhcSetting } from './clocks/phc.js';
import { Fabric, type LabNode } from './network/fabric.js';
import { createRandom, type Random } from './random.js';
import { Scheduler } from './scheduler.js';
import { LabSharedMemory } from './shared-memory.js';

export interface LabClockSetting extends OscillatorOptions {
  /** Reference − clock at the start. */
  readonly offsetNs?: Ns;
  readonly maxPpb?: number;
  /** The reason why the clock may not be steered. Default: it may. */
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
  readonly phcs?: Readonly<Record<string, LabClockSetting & LabPhcSetting>>;
  readonly address?: string;
  /** Another machine, whose true time and network it shares. */
  readonly beside?: LabHost;
  /** Class of its network stamps. Default `kernel`. */
  readonly stamps?: StampClass;
  readonly notes?: readonly string[];
  readonly leapSeconds?: string;
}

/** 2026-11-21T00:00:00Z */
const DEFAULT_START: Instant = 1_795_219_200_000_000_000n;
/** CLOCK_MONOTONIC_RAW at the start: the machine booted an hour before. */
const UPTIME: Instant = 3_600_000_000_000n;
/** Largest frequency corrections: of Linux (clock_adjtime(2)), and of common PHC drivers. */
const SYSTEM_MAX_PPB = 500_000;
const PHC_MAX_PPB = 62_499_999;

/** Makes a simulated host. Hosts with the same options and inputs behave alike to the last bit. */
export const createLabHost = (options: LabHostOptions = {}): LabHost => new LabHost(options);

/** A machine in virtual time. Unlike a real one it knows the true errors of its clocks and lets a test change them. */
export class LabHost implements Host {
  readonly name = 'lab';
  readonly stamps: StampClass;
  readonly notes: readonly string[];
  readonly scheduler: Scheduler;
  readonly fabric: Fabric;
  readonly network: LabNode;
  readonly clocks: readonly [LabClock, ...LabClock[]];
  /** All hardware clocks, also those that no instance has opened. */
  readonly phcs: readonly LabPhc[];
  readonly oscillators = new Map<ClockId, LabOscillator>();
  /** State lines for the service manager. */
  readonly notified: string[] = [];
  readonly #options: LabHostOptions;
  #start: Instant;
  #asleepSinceNs: Ns | undefined;
  /** All sleep so far, the present one included, in true time. */
  #sleptNs: Ns = 0;
  /** The oscillator's count during past sleeps. */
  #uncountedNs: Ns = 0;
  /** All past sleep by the battery-backed clock. */
  #slept: Instant = 0n;
  readonly #random: Random;
  readonly #entropy: Random;
  readonly #shared = new LabSharedMemory();

  constructor(options: LabHostOptions) {
    this.#options = options;
    this.#start = options.beside?.startTime ?? options.start ?? DEFAULT_START;
    const random = createRandom(options.seed ?? 1);
    this.#random = options.beside === undefined ? random : random.fork(`beside ${options.address}`);
    this.scheduler = options.beside?.scheduler ?? new Scheduler();
    this.#entropy = this.stream('entropy');
    this.stamps = options.stamps ?? 'kernel';
    this.notes = options.notes ?? [];
    const system = new LabClock(this.#make('system', options.clock ?? {}));
    this.phcs = Object.entries(options.phcs ?? {}).map(([name, setting]) => this.#makePhc(name, setting, system));
    this.clocks = [system, ...this.phcs.filter(({ hidden }) => !hidden)];
    this.fabric = options.beside?.fabric ?? new Fabric(this.scheduler, this.stream('network'));
    this.network = this.fabric.attach({
      hears: () => this.#asleepSinceNs === undefined,
      address: options.address ?? '192.0.2.1',
      stamp: (by, clock = 'system') => this.clock(clock).stamp(by),
      stamps: this.stamps,
    });
  }

  /** True time since the start. */
  get nowNs(): Ns {
    return this.scheduler.nowNs;
  }

  /** Lets virtual time pass up to `untilNs` after the start. */
  run(untilNs: Ns): Promise<void> {
    return this.scheduler.run(untilNs);
  }

  /** True UTC. */
  trueTime(): Instant {
    return this.#start + BigInt(Math.round(this.nowNs));
  }

  /** True UTC at the start; a leap second since then moves it. */
  get startTime(): Instant {
    return this.#start;
  }

  /** TAI − UTC at the start, s: hardware clocks show TAI, the system clock UTC. */
  get taiMinusUtc(): number {
    return this.#options.taiMinusUtc ?? 37;
  }

  /** True while the machine sleeps. */
  get asleep(): boolean {
    return this.#asleepSinceNs !== undefined;
  }

  /** Makes true UTC repeat or skip a second. The system clock does the same if it was declared so. */
  leap(kind: 'insert' | 'delete'): void {
    const deltaNs = kind === 'insert' ? -1e9 : 1e9;
    const [system] = this.clocks;
    this.#start += BigInt(deltaNs);
    system.moveTruth(deltaNs);
    if (system.declared?.leap === kind) system.shift(deltaNs);
  }

  /**
   * Puts the machine to sleep: CLOCK_MONOTONIC_RAW stands still, timers wait, arriving packets are lost. At its wake
   * CLOCK_REALTIME and CLOCK_BOOTTIME advance by the battery-backed clock, whose error is `rtcErrorNs` (reference − clock), as
   * in Linux. Hardware clocks run on during the sleep.
   */
  suspend(durationNs: Ns, rtcErrorNs: Ns): void {
    const [system] = this.clocks;
    const errorNs = system.errorNs();
    const countNs = this.nowNs + this.#quartz().phaseNs(this.nowNs);
    this.#asleepSinceNs = this.nowNs;
    this.#sleptNs += durationNs;
    this.scheduler.at(this.nowNs + durationNs, () => {
      const uncountedNs = this.nowNs + this.#quartz().phaseNs(this.nowNs) - countNs;
      this.#uncountedNs += uncountedNs;
      this.#asleepSinceNs = undefined;
      this.#slept += system.wake(uncountedNs, errorNs + rtcErrorNs);
      for (const phc of this.phcs) phc.runOn(uncountedNs);
    });
  }

  /** Returns the true offset, reference − clock. Throws `TH_CLOCK_UNKNOWN`. */
  errorNs(id: ClockId): Ns {
    return this.clock(id).errorNs();
  }

  /** Throws `TH_CLOCK_UNKNOWN`. */
  clock(id: ClockId): LabClock {
    const clock = [...this.clocks, ...this.phcs].find((candidate) => candidate.id === id);
    if (clock === undefined) throw new HubError('TH_CLOCK_UNKNOWN', `there is no clock "${id}"`);
    return clock;
  }

  /** Opens a clock by its own name, or by that of an interface on a segment. */
  openClock(id: ClockId): LabPhc {
    const name = id.slice('phc:'.length).replace('/dev/', '');
    const own = this.phcs.find((candidate) => candidate.id === `phc:${name}`);
    if (own !== undefined) return own.open();
    const { phc } = this.network.interface(name);
    if (phc === undefined) throw new HubError('TH_CLOCK_UNKNOWN', `${name} has no hardware clock`);
    return this.openClock(phc.clock);
  }

  /** Returns a stamp of a simulated server's clock, whose only error is its offset (reference − clock). */
  perfectStamp(by: StampClass, offsetNs: Ns = 0): Stamp {
    const time = this.trueTime() - BigInt(Math.round(offsetNs));
    return { clock: 'system', time, monotonic: time, by };
  }

  /** Returns an independent stream of random numbers. */
  stream(name: string): Random {
    return this.#random.fork(name);
  }

  monotonic(): Instant {
    const nowNs = this.#asleepSinceNs ?? this.nowNs;
    return UPTIME + BigInt(Math.round(nowNs + this.#quartz().phaseNs(nowNs) - this.#uncountedNs));
  }

  slept(): Instant {
    return this.#slept;
  }

  /** The delay is counted by the machine's oscillator. */
  after(delayNs: Ns, handler: () => void): Timer {
    const rate = 1 + this.#quartz().frequencyPpb(this.nowNs) * 1e-9;
    return this.#callAt(this.nowNs + Math.max(0, delayNs) / rate, handler);
  }

  random(octets: number): Uint8Array {
    return this.#entropy.octets(octets);
  }

  leapSeconds(): { readonly text: string; readonly path: string } | undefined {
    const { leapSeconds } = this.#options;
    return leapSeconds === undefined ? undefined : { text: leapSeconds, path: 'leap-seconds.list' };
  }

  sharedMemory(options: SharedMemoryOptions): SharedMemory {
    return this.#shared.open(options);
  }

  innerNetworks(): readonly string[] {
    return [];
  }

  notify(state: string): void {
    this.notified.push(state);
  }

  close(): void {}

  /** Waits on if the machine slept meanwhile. */
  #callAt(dueNs: Ns, handler: () => void): Timer {
    const sleptNs = this.#sleptNs;
    let timer = this.scheduler.at(dueNs, () => {
      if (this.#sleptNs === sleptNs) handler();
      else timer = this.#callAt(dueNs + this.#sleptNs - sleptNs, handler);
    });
    return { cancel: () => timer.cancel() };
  }

  #quartz(): LabOscillator {
    return this.oscillators.get('system')!;
  }

  #makePhc(name: string, setting: LabClockSetting & LabPhcSetting, system: LabClock): LabPhc {
    const id: ClockId = `phc:${name}`;
    const at = (nowNs: Ns, handler: () => void): Timer => this.#callAt(nowNs, handler);
    return new LabPhc({ ...this.#make(id, setting), setting, random: this.stream(`comparing ${id}`), system, at });
  }

  #make(id: ClockId, setting: LabClockSetting): LabClockOptions {
    const system = id === 'system';
    const oscillator = new LabOscillator(setting, this.stream(id));
    this.oscillators.set(id, oscillator);
    return {
      id,
      scale: system ? 'utc' : 'tai',
      start: system ? this.#start : this.#start + BigInt(this.taiMinusUtc) * 1_000_000_000n,
      offsetNs: setting.offsetNs ?? 0,
      maxPpb: setting.maxPpb ?? (system ? SYSTEM_MAX_PPB : PHC_MAX_PPB),
      obstacle: setting.obstacle ?? '',
      oscillator,
      nowNs: () => this.nowNs,
      monotonic: () => this.monotonic(),
    };
  }
}
