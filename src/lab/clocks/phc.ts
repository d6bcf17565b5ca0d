import {
  type ClockComparison,
  type ClockFacts,
  HubError,
  NS_PER_S,
  type Ns,
  type PulseInput,
  type PulseOutput,
  type Stamp,
  type Timer,
} from '../../api/index.js';
import type { HostPhc } from '../../kernel/host.js';
import type { Random } from '../random.js';
import { LabClock, type LabClockOptions } from './clock.js';

/** The properties of a simulated hardware clock besides its oscillator. */
export interface LabPhcSetting {
  /** The hub does not know the clock before an instance opens it, as on a real machine. Default: it knows it from the start. */
  readonly hidden?: true;
  /** Duration of a comparison with the system clock, at a random moment of which the clock is read. Default 400 ns. */
  readonly bracketNs?: Ns;
  /** The clock's input has a perfect PPS, stamped with this jitter. Default: nothing is connected. */
  readonly pulseJitterNs?: Ns;
}

interface LabPhcOptions extends LabClockOptions {
  readonly setting: LabPhcSetting;
  readonly random: Random;
  /** The machine's system clock. */
  readonly system: LabClock;
  readonly at: (nowNs: Ns, handler: () => void) => Timer;
}

const BRACKET_NS = 400;

/** A simulated PTP hardware clock, which can be pulled out. */
export class LabPhc extends LabClock implements HostPhc {
  readonly facts: ClockFacts;
  /** The pulse outputs that were requested. */
  readonly outputs: PulseOutput[] = [];
  /** Number of users that have it open. */
  opened = 0;
  readonly #phc: LabPhcOptions;
  readonly #inputs = new Map<number, Timer>();
  #fault: HubError | undefined;

  constructor(options: LabPhcOptions) {
    super(options);
    this.#phc = options;
    const device = `/dev/${options.id.slice('phc:'.length)}`;
    const { maxPpb } = options;
    this.facts = { device, name: 'lab', maxPpb, pulseInputs: 1, pulseOutputs: 1, pins: ['SDP0'] };
  }

  get hidden(): boolean {
    return this.#phc.setting.hidden === true;
  }

  /** Takes the device away, or stops its hardware from answering. Without a code it is back. */
  break(code?: 'TH_CLOCK_GONE' | 'TH_CLOCK_NO_ANSWER'): void {
    const reason = code === 'TH_CLOCK_GONE' ? 'has vanished' : 'cannot be read';
    this.#fault = code === undefined ? undefined : new HubError(code, `${this.facts.device} ${reason}`);
  }

  /** Throws `TH_CLOCK_UNKNOWN` while it is gone. */
  open(): this {
    if (this.#fault?.code === 'TH_CLOCK_GONE') throw new HubError('TH_CLOCK_UNKNOWN', this.#fault.message);
    this.opened++;
    return this;
  }

  close(): void {
    this.opened--;
    for (const timer of this.#inputs.values()) timer.cancel();
    this.#inputs.clear();
  }

  rest(): void {}

  /** A reading goes on over a passing fault, as on the real host. */
  override read(): Stamp {
    if (this.#fault?.code === 'TH_CLOCK_GONE') throw this.#fault;
    return super.read();
  }

  compare(): ClockComparison {
    if (this.#fault !== undefined) throw this.#fault;
    const { random, system, setting } = this.#phc;
    const widthNs = setting.bracketNs ?? BRACKET_NS;
    const own = this.stamp('hardware');
    const asideNs = (random.uniform() - 0.5) * widthNs;
    const offsetNs = Number(system.stamp('kernel').time - own.time) + asideNs;
    return { offsetNs, monotonic: own.monotonic, widthNs, by: 'extended' };
  }

  pulseIn({ channel }: PulseInput, handler: (edge: Stamp) => void): void {
    this.#mustHave(channel);
    const { pulseJitterNs } = this.#phc.setting;
    if (pulseJitterNs !== undefined) this.#await(channel, pulseJitterNs, handler);
  }

  pulseOut(options: PulseOutput): void {
    this.#mustHave(options.channel);
    this.outputs.push(options);
  }

  #await(channel: number, jitterNs: Ns, handler: (edge: Stamp) => void): void {
    const { nowNs, at, random } = this.#phc;
    const next = (Math.floor(nowNs() / NS_PER_S) + 1) * NS_PER_S;
    const edge = (): void => {
      this.#await(channel, jitterNs, handler);
      const { time, ...stamp } = this.stamp('hardware');
      handler({ ...stamp, time: time + BigInt(Math.round(jitterNs * random.normal())) });
    };
    this.#inputs.set(channel, at(next, edge));
  }

  #mustHave(channel: number): void {
    if (channel !== 0) throw new HubError('TH_CLOCK_PULSE', `${this.facts.device}: there is no channel ${channel}`);
  }
}
