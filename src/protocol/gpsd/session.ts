import { BoundedMap } from '../../api/bounded-map.js';
import type { Instant, Ns } from '../../api/time.js';
import { LineSplitter } from './lines.js';
import { namesOf } from './names.js';
import { parseRecord } from './parse.js';
import { choosePulses, type PulseChoice } from './pulse-device.js';
import { Receiver } from './receiver.js';
import type { Fix, GpsdRecord, ReceiverOscillator, Sky, TimeOffset, Version } from './records.js';

/** Asks for all records about time; some releases send OSC and TOFF with `timing` only. */
export const WATCH_COMMAND = '?WATCH={"enable":true,"json":true,"pps":true,"timing":true};\n';

/** Major versions whose records were compared with this parser: 3.27 states 0, 3.27.5 states 16. */
const KNOWN_MAJORS: ReadonlySet<number> = new Set([0, 3, 16]);

/** Maximum number of devices of one gpsd; gpsd opens 4 to 6 unless built for more (its build option `max_devices`). */
export const MOST_DEVICES = 16;

export interface SessionOptions {
  /** Follow this receiver only. Default: the first that has a fix, as long as it has it. */
  readonly device?: string;
  /** Use the pulses of this device only. Default: those of the followed receiver. */
  readonly pulses?: string;
  /** Time without a record after which a receiver is silent, ns. */
  readonly silenceNs: Ns;
}

/** An action of the caller, in order. */
export type SessionAction =
  | { readonly type: 'send'; readonly text: string }
  /** A comparison of a receiver that is trusted. `numbered` false: a pulse without any receiver that numbers it. */
  | { readonly type: 'sample'; readonly sample: TimeOffset; readonly device: string; readonly numbered: boolean }
  /** gpsd complained. */
  | { readonly type: 'complaint'; readonly message: string }
  /** A sentence for the operator, once. */
  | { readonly type: 'note'; readonly message: string }
  /** `status` has changed. */
  | { readonly type: 'status' };

export interface SessionStatus {
  /** True if samples of the followed receiver may be used. */
  readonly good: boolean;
  /** One sentence. */
  readonly reason: string;
}

export interface SessionCounters {
  records: number;
  ignored: number;
  malformed: number;
  /** Number of comparisons that were not used: no fix yet, another receiver, an impossible date. */
  refused: number;
  /** Number of times that a new device found no place, or took that of another. */
  surplus: number;
}

/** Without the number of devices: each new sentence is an event. */
const SURPLUS = `gpsd names more than ${MOST_DEVICES} devices, the others are not used: name the receiver by "device"`;

/** One conversation with gpsd, without I/O: octets and monotonic time in, actions out. */
export class Session {
  readonly counters: SessionCounters = { records: 0, ignored: 0, malformed: 0, refused: 0, surplus: 0 };
  readonly #options: SessionOptions;
  readonly #lines = new LineSplitter();
  readonly #receivers: BoundedMap<string, Receiver>;
  #now: Instant = 0n;
  #followed: Receiver | undefined;
  #release: string | undefined;
  /** The newest unknown major version that was noted. */
  #noted: number | undefined;
  #hasNoted = false;
  /** True if gpsd has named more than `MOST_DEVICES` devices on this connection. */
  #hasSurplus = false;
  #pulses: PulseChoice = { device: undefined, obstacle: '' };
  /** True once gpsd has named its receivers. */
  #listed = false;
  #status: SessionStatus = { good: false, reason: 'not connected' };

  constructor(options: SessionOptions) {
    this.#options = options;
    const { device, pulses } = options;
    this.#receivers = new BoundedMap({
      capacity: MOST_DEVICES,
      mayGo: (receiver, path) =>
        path !== device && path !== pulses && receiver !== this.#followed && !receiver.isOfUse(this.#now),
    });
  }

  get status(): SessionStatus {
    return this.#status;
  }

  get release(): string | undefined {
    return this.#release;
  }

  /** The receiver in use, once there is one. */
  get receiver(): Receiver | undefined {
    return this.#followed;
  }

  /** The device whose pulses are used, and why others are not. */
  get pulses(): PulseChoice {
    return this.#pulses;
  }

  get receivers(): readonly Receiver[] {
    return [...this.#receivers.values()];
  }

  /** Begins a new connection: gpsd may have been restarted, so only the counters are kept. */
  connected(): SessionAction[] {
    this.#lines.reset();
    this.#receivers.clear();
    this.#followed = undefined;
    this.#release = undefined;
    this.#pulses = { device: undefined, obstacle: '' };
    this.#listed = false;
    this.#hasNoted = false;
    this.#hasSurplus = false;
    return [{ type: 'send', text: WATCH_COMMAND }, ...this.#restand(0n)];
  }

  feed(octets: Uint8Array, now: Instant): SessionAction[] {
    const before = this.#lines.oversized;
    const actions = this.#lines.push(octets).flatMap((line) => this.#line(line, now));
    this.counters.malformed += this.#lines.oversized - before;
    return [...actions, ...this.#restand(now)];
  }

  /** Finds receivers that have fallen silent; to be called about once a second. */
  tick(now: Instant): SessionAction[] {
    for (const receiver of this.#receivers.values()) {
      if (Number(now - receiver.lastHeard) <= this.#options.silenceNs || receiver.silent) continue;
      receiver.silent = true;
      receiver.quality.reset();
    }
    this.#choosePulses(now);
    return this.#restand(now);
  }

  #line(line: string, now: Instant): SessionAction[] {
    const record = parseRecord(line);
    if (record === 'malformed' || record === 'ignored') {
      this.counters[record] += 1;
      return [];
    }
    this.counters.records += 1;
    return this.#record(record, now);
  }

  #record(record: GpsdRecord, now: Instant): SessionAction[] {
    switch (record.class) {
      case 'VERSION':
        this.#release = record.release;
        return this.#noteVersion(record);
      case 'ERROR':
        return [{ type: 'complaint', message: record.message }];
      case 'WATCH':
        return [];
      case 'DEVICES':
        this.#listed = true;
        for (const entry of record.devices) this.#device(entry.path, entry.driver, entry.activated, now);
        return [];
      case 'DEVICE':
        this.#device(record.path, record.driver, record.activated, now);
        return [];
      default:
        return this.#report(record, now);
    }
  }

  /** Notes an unknown version. Its records are read all the same: gpsd raises the number for changes of its C library. */
  #noteVersion({ release, protocolMajor: major, protocolMinor: minor }: Version): SessionAction[] {
    if (major === undefined || KNOWN_MAJORS.has(major) || major === this.#noted) return [];
    if (this.#hasNoted) return [];
    this.#hasNoted = true;
    this.#noted = major;
    const message = `gpsd ${release} speaks protocol ${major}.${minor ?? 0}, which is new to this client; its records are read as before`;
    return [{ type: 'note', message }];
  }

  #device(path: string, driver: string | undefined, activated: boolean, now: Instant): void {
    const receiver = this.#receiverAt(path, now);
    if (receiver === undefined) return;
    receiver.driver = driver ?? receiver.driver;
    if (activated) receiver.plugged = true;
    else receiver.unplug();
  }

  #report(record: Fix | Sky | TimeOffset | ReceiverOscillator, now: Instant): SessionAction[] {
    const receiver = this.#receiverAt(record.device ?? this.#nameless, now);
    receiver?.hear(record, now);
    if (record.class !== 'TOFF' && record.class !== 'PPS') return [];
    const followed = this.#follow(now);
    this.#choosePulses(now);
    const isWanted = receiver !== undefined && receiver === (record.class === 'PPS' ? this.#pulses.device : followed);
    const isLone = followed === undefined && this.#isLone;
    if (isWanted && (isLone || followed?.accepts(record)))
      return [{ type: 'sample', sample: record, device: receiver.path, numbered: !isLone }];
    this.counters.refused += 1;
    return [];
  }

  #choosePulses(now: Instant): void {
    const { device, pulses } = this.#options;
    const isPulseDevice = device !== undefined && this.#receivers.get(device)?.pulsesOnly === true;
    this.#pulses = choosePulses({
      devices: this.receivers,
      followed: this.#followed,
      wanted: pulses ?? (isPulseDevice ? device : undefined),
      now,
    });
  }

  /** The device of a record that names none: the only device, if there is one. */
  get #nameless(): string {
    const [first, second] = this.#receivers.keys();
    return this.#options.device ?? (first !== undefined && second === undefined ? first : 'the receiver');
  }

  /** Returns the receiver at `path`, added if it is new; undefined if there is no place for it. */
  #receiverAt(path: string, now: Instant): Receiver | undefined {
    const known = this.#receivers.get(path);
    if (known !== undefined) return known;
    this.#now = now;
    const isSurplus = this.#receivers.size >= MOST_DEVICES;
    if (isSurplus) this.counters.surplus += 1;
    this.#hasSurplus ||= isSurplus;
    const receiver = new Receiver(path, now);
    return this.#receivers.set(path, receiver) ? receiver : undefined;
  }

  /** True if all devices of gpsd give pulses only, and no receiver is configured. */
  get #isLone(): boolean {
    const { device } = this.#options;
    if (!this.#listed || this.#receivers.size === 0) return false;
    return (
      this.receivers.every(({ pulsesOnly }) => pulsesOnly) && (device === undefined || this.#receivers.has(device))
    );
  }

  /** Receivers that may be followed. */
  get #eligible(): readonly Receiver[] {
    const { device } = this.#options;
    const receivers = this.receivers.filter(({ pulsesOnly }) => !pulsesOnly);
    if (device === undefined || this.#receivers.get(device)?.pulsesOnly === true) return receivers;
    return receivers.filter(({ path }) => path === device);
  }

  /**
   * Chooses the receiver to follow. It keeps the receiver in use while it is good, unless it gives no pulses and another good
   * one does; then takes the next good one, else one to report about.
   */
  #follow(now: Instant): Receiver | undefined {
    const eligible = this.#eligible;
    const good = eligible.filter(({ state }) => state === 'good');
    const present = good.find((receiver) => receiver === this.#followed);
    this.#followed =
      (present?.givesPulses(now) ? present : good.find((receiver) => receiver.givesPulses(now))) ??
      present ??
      good[0] ??
      eligible.find((receiver) => receiver.plugged && !receiver.silent) ??
      eligible.find((receiver) => receiver === this.#followed) ??
      eligible[0];
    return this.#followed;
  }

  #restand(now: Instant): SessionAction[] {
    const { good, reason: own } = this.#assess(now);
    const reason = this.#hasSurplus && this.#options.device === undefined ? `${own}; ${SURPLUS}` : own;
    if (good === this.#status.good && reason === this.#status.reason) return [];
    this.#status = { good, reason };
    return [{ type: 'status' }];
  }

  #assess(now: Instant): SessionStatus {
    const followed = this.#follow(now);
    const { device } = this.#options;
    if (followed !== undefined) return { good: followed.state === 'good', reason: this.#reasonOf(followed) };
    if (!this.#listed) return { good: false, reason: 'waits for gpsd to name its receivers' };
    if (this.#isLone) return this.#lone();
    if (device === undefined) return { good: false, reason: 'gpsd has no receiver' };
    const others = namesOf([...this.#receivers.keys()]);
    return { good: false, reason: `gpsd has no receiver ${device}${others === '' ? '' : `, but ${others}`}` };
  }

  #reasonOf(followed: Receiver): string {
    const { device } = this.#pulses;
    const isOther = device !== undefined && device !== followed && followed.state === 'good';
    return isOther ? `${followed.reason}; pulses of ${device.path}` : followed.reason;
  }

  /** Returns the status of pulses without a receiver: their phase is used, other sources number the seconds. */
  #lone(): SessionStatus {
    const { device, obstacle } = this.#pulses;
    const paths = namesOf(this.receivers.map(({ path }) => path));
    const none = obstacle === '' ? `gpsd has no receiver, and no pulses come from ${paths}` : obstacle;
    if (device === undefined) return { good: false, reason: none };
    return { good: true, reason: `pulses of ${device.path} without a receiver: the other sources number them` };
  }
}
