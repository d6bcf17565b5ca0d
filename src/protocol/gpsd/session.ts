import type { Instant, Ns } from '../../api/index.js';
import { LineSplitter } from './lines.js';
import { parseRecord } from './parse.js';
import { Receiver } from './receiver.js';
import type { GpsdRecord, TimeOffset } from './records.js';

/** Asks for everything about time; `timing` brings OSC and TOFF where `pps` alone does not. */
export const WATCH_COMMAND = '?WATCH={"enable":true,"json":true,"pps":true,"timing":true};\n';

const PROTOCOL_MAJOR = 3;

export interface SessionOptions {
  /** Follow this receiver only; otherwise the first that has a fix, for as long as it has. */
  readonly device?: string;
  /** A receiver that says nothing for so long is called silent. */
  readonly silenceNs: Ns;
}

/** What the caller should do, in order. */
export type SessionAction =
  | { readonly type: 'send'; readonly text: string }
  /** A comparison of a receiver that is trusted. */
  | { readonly type: 'sample'; readonly sample: TimeOffset }
  /** gpsd complained. */
  | { readonly type: 'complaint'; readonly message: string }
  /** `standing` has changed. */
  | { readonly type: 'standing' };

export interface Standing {
  /** True: samples of the followed receiver may be used. */
  readonly good: boolean;
  /** One sentence. */
  readonly reason: string;
}

export interface SessionCounters {
  records: number;
  ignored: number;
  malformed: number;
  /** Comparisons that were not used: no fix yet, another receiver, an impossible date. */
  refused: number;
}

/** One conversation with gpsd, without the connection: octets and the monotonic clock in, actions out. */
export class Session {
  readonly counters: SessionCounters = { records: 0, ignored: 0, malformed: 0, refused: 0 };
  readonly #options: SessionOptions;
  readonly #lines = new LineSplitter();
  readonly #receivers = new Map<string, Receiver>();
  #followed: Receiver | undefined;
  #release: string | undefined;
  #incompatible = '';
  /** gpsd has named its receivers. */
  #listed = false;
  #standing: Standing = { good: false, reason: 'not connected' };

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get standing(): Standing {
    return this.#standing;
  }

  get release(): string | undefined {
    return this.#release;
  }

  /** The receiver in use, once there is one. */
  get receiver(): Receiver | undefined {
    return this.#followed;
  }

  get receivers(): readonly Receiver[] {
    return [...this.#receivers.values()];
  }

  /** A new connection: gpsd may have been restarted, so that nothing is kept but the counters. */
  connected(): SessionAction[] {
    this.#lines.reset();
    this.#receivers.clear();
    this.#followed = undefined;
    this.#release = undefined;
    this.#incompatible = '';
    this.#listed = false;
    return [{ type: 'send', text: WATCH_COMMAND }, ...this.#restand()];
  }

  feed(octets: Uint8Array, now: Instant): SessionAction[] {
    const before = this.#lines.oversized;
    const actions = this.#lines.push(octets).flatMap((line) => this.#line(line, now));
    this.counters.malformed += this.#lines.oversized - before;
    return [...actions, ...this.#restand()];
  }

  /** Call about once a second: finds receivers that have fallen silent. */
  tick(now: Instant): SessionAction[] {
    for (const receiver of this.#receivers.values()) {
      if (Number(now - receiver.lastHeard) <= this.#options.silenceNs || receiver.silent) continue;
      receiver.silent = true;
      receiver.quality.reset();
    }
    return this.#restand();
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
        this.#incompatible =
          record.protocolMajor === PROTOCOL_MAJOR
            ? ''
            : `gpsd ${record.release} speaks protocol ${record.protocolMajor}, this client ${PROTOCOL_MAJOR}`;
        return [];
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

  #device(path: string, driver: string | undefined, activated: boolean, now: Instant): void {
    const receiver = this.#receiverAt(path, now);
    if (receiver === undefined) return;
    receiver.driver = driver ?? receiver.driver;
    if (activated) receiver.plugged = true;
    else receiver.unplug();
  }

  #report(
    record: Exclude<GpsdRecord, { class: 'VERSION' | 'DEVICES' | 'DEVICE' | 'WATCH' | 'ERROR' }>,
    now: Instant,
  ): SessionAction[] {
    const receiver = this.#receiverAt(record.device ?? this.#options.device ?? 'the receiver', now);
    receiver?.hear(record, now);
    if (record.class !== 'TOFF' && record.class !== 'PPS') return [];
    const accepted = receiver?.accepts(record) ?? false;
    if (accepted && this.#follow() === receiver && this.#incompatible === '')
      return [{ type: 'sample', sample: record }];
    this.counters.refused += 1;
    return [];
  }

  /** Undefined when another receiver than the wanted one is meant. */
  #receiverAt(path: string, now: Instant): Receiver | undefined {
    if (this.#options.device !== undefined && path !== this.#options.device) return undefined;
    const known = this.#receivers.get(path);
    if (known !== undefined) return known;
    const receiver = new Receiver(path, now);
    this.#receivers.set(path, receiver);
    return receiver;
  }

  /** Keeps to the receiver in use while it is good, then takes the next good one, else one to tell about. */
  #follow(): Receiver | undefined {
    if (this.#followed?.state === 'good') return this.#followed;
    const receivers = this.receivers;
    this.#followed =
      receivers.find((receiver) => receiver.state === 'good') ??
      receivers.find((receiver) => receiver.plugged && !receiver.silent) ??
      this.#followed ??
      receivers[0];
    return this.#followed;
  }

  #restand(): SessionAction[] {
    const next = this.#assess();
    if (next.good === this.#standing.good && next.reason === this.#standing.reason) return [];
    this.#standing = next;
    return [{ type: 'standing' }];
  }

  #assess(): Standing {
    const followed = this.#follow();
    const { device } = this.#options;
    if (this.#incompatible !== '') return { good: false, reason: this.#incompatible };
    if (followed !== undefined) return { good: followed.state === 'good', reason: followed.reason };
    if (!this.#listed) return { good: false, reason: 'waits for gpsd to name its receivers' };
    return { good: false, reason: device === undefined ? 'gpsd has no receiver' : `gpsd has no receiver ${device}` };
  }
}
