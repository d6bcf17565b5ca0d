import { NS_PER_S, type Ns } from '../../api/index.js';
import { assembleHub } from '../../kernel/assembly/assemble.js';
import { EVENT_LOG, QUIET_TICK, STATE_STORE } from '../../kernel/assembly/tokens.js';
import type { InstancePlan } from '../../kernel/config/index.js';
import { type EventLog, NO_EVENT_LOG } from '../../kernel/event-log/event-log.js';
import type { Hub } from '../../kernel/hub.js';
import { NO_STATE, type StateStore } from '../../kernel/saved-state/state-file.js';
import { createLabHost, type LabHost } from '../host.js';
import type { Link } from '../network/link.js';
import { addNtpServer, type NtpNode } from '../nodes/ntp-node.js';
import { planTable } from './plans.js';

export interface MachineOptions {
  readonly seed: number;
  /** Random walk of the oscillator, s/s per √s. */
  readonly wander: number;
  readonly link: Pick<Link, 'baseNs' | 'jitterNs' | 'shape'>;
  readonly servers?: number;
  readonly pollMin: string;
  readonly pollMax: string;
}

export interface StartOptions {
  readonly state?: StateStore;
  readonly eventLog?: EventLog;
}

/** An ordinary oscillator, and a server 40 ms away. */
export const INTERNET: MachineOptions = {
  seed: 1,
  wander: 1e-9,
  link: { baseNs: 20e6, jitterNs: 1e6, shape: 'exp' },
  pollMin: '64s',
  pollMax: '64s',
};

export const CORE = { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 1e8 };
/** Interval of ticks: nothing happens between polls. */
const QUIET_TICK_NS = 8 * NS_PER_S;
const SAMPLE_S = 8;
/** Time for which an error must stay within a limit, s. */
const HOLD_S = 300;

/** A simulated machine with NTP servers, on which real hubs are started and stopped. */
export class NtpClientMachine {
  readonly host: LabHost;
  readonly servers: readonly NtpNode[];
  readonly #plans: readonly InstancePlan[];

  private constructor(host: LabHost, servers: readonly NtpNode[], plans: readonly InstancePlan[]) {
    this.host = host;
    this.servers = servers;
    this.#plans = plans;
  }

  static async create({
    seed,
    wander,
    link,
    servers = 1,
    pollMin,
    pollMax,
  }: MachineOptions): Promise<NtpClientMachine> {
    const host = createLabHost({ seed, clock: { wander, frequencyPpb: 10_000, offsetNs: 10e6 } });
    const plans = [await planTable('sink.system-clock.system', { steer: true })];
    const nodes: NtpNode[] = [];
    for (let n = 1; n <= servers; n++) {
      const address = `10.${n}.0.1`;
      nodes.push(addNtpServer(host, { address, up: { ...link, loss: 0 }, down: { ...link, loss: 0 } }));
      plans.push(await planTable(`source.ntp.${n}`, { address, 'poll-min': pollMin, 'poll-max': pollMax }));
    }
    return new NtpClientMachine(host, nodes, plans);
  }

  async start({ state = NO_STATE, eventLog = NO_EVENT_LOG }: StartOptions = {}): Promise<Hub> {
    const hub = assembleHub(this.host, CORE, (parts) =>
      parts.value(STATE_STORE, state).value(EVENT_LOG, eventLog).value(QUIET_TICK, QUIET_TICK_NS),
    );
    await hub.start(this.#plans);
    return hub;
  }

  /** Reboots without a hub: the clock loses its rate correction, and a battery-backed clock sets it to this offset. */
  async reboot(durationNs: Ns, offsetNs: Ns): Promise<void> {
    const [clock] = this.host.clocks;
    await this.host.run(this.host.nowNs + durationNs);
    clock.setFrequency(0);
    clock.shift(clock.errorNs() - offsetNs);
  }

  /** Returns the seconds until the clock stays within the limit; Infinity if that takes longer than `seconds`. */
  async secondsTo(limitNs: Ns, seconds: number): Promise<number> {
    const startNs = this.host.nowNs;
    let outside = 0;
    for (let second = 1; second <= seconds && second - outside <= HOLD_S; second++) {
      await this.host.run(startNs + second * NS_PER_S);
      if (Math.abs(this.host.errorNs('system')) > limitNs) outside = second;
    }
    return outside + HOLD_S > seconds ? Number.POSITIVE_INFINITY : outside + 1;
  }

  /** Returns the RMS of the clock's error over the next seconds. */
  async rmsNs(seconds: number): Promise<Ns> {
    const startNs = this.host.nowNs;
    let sum = 0;
    const samples = Math.floor(seconds / SAMPLE_S);
    for (let sample = 1; sample <= samples; sample++) {
      await this.host.run(startNs + sample * SAMPLE_S * NS_PER_S);
      sum += this.host.errorNs('system') ** 2;
    }
    return Math.sqrt(sum / samples);
  }

  /** Returns the poll interval of a source, s. */
  pollS(hub: Hub, source = 1): number {
    return hub.report.detail(`ntp.${source}`)!.inspect.pollIntervalS as number;
  }
}
