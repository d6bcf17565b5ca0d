import * as v from 'valibot';
import {
  defineSource,
  NS_PER_S,
  type Ns,
  type Running,
  type SourceContext,
  type SourceDefinition,
} from '../../api/index.js';
import type { LabHost } from '../host.js';
import { cross, type Link, wire } from '../network/link.js';
import type { Random } from '../random.js';
import type { PulseSetting } from './schema.js';

/** One PPS line, which a scenario can change. */
export interface PulseLine {
  readonly definition: SourceDefinition;
  /** Error of its pulses, pulse − true second. */
  offsetNs: Ns;
  readonly link: Link;
  /** Pulses seen by the hub. */
  seen: number;
}

/** Makes a PPS line that the system clock stamps, and its source. It is not a gpsd source: gpsd would number the pulses. */
export function pulseLine(host: LabHost, setting: PulseSetting): PulseLine {
  const line = {
    offsetNs: setting.offset,
    link: wire({ jitterNs: setting.jitter, shape: setting.shape, loss: setting.loss }),
    seen: 0,
  };
  const definition = defineSource<unknown>({
    type: 'pps',
    summary: 'A pulse at each true second of the lab',
    stability: 'experimental',
    needs: [],
    config: v.unknown(),
    create: (_config, context) => new PulseSource(host, setting, line, context),
  });
  return Object.assign(line, { definition });
}

class PulseSource implements Running<unknown> {
  readonly #host: LabHost;
  readonly #setting: PulseSetting;
  readonly #line: Omit<PulseLine, 'definition'>;
  readonly #context: SourceContext;
  readonly #random: Random;

  constructor(host: LabHost, setting: PulseSetting, line: Omit<PulseLine, 'definition'>, context: SourceContext) {
    this.#host = host;
    this.#setting = setting;
    this.#line = line;
    this.#context = context;
    this.#random = host.stream(`pps ${setting.name}`);
  }

  async start(): Promise<void> {
    this.#await(Math.floor(this.#host.nowNs / NS_PER_S) + 1);
  }

  async stop(): Promise<void> {}

  /** Waits for the pulse of a true second. */
  #await(second: number): void {
    const delayNs = pulseDelay(this.#line.link, this.#random);
    const { nowNs } = this.#host;
    const edgeNs = second * NS_PER_S - this.#line.offsetNs + (delayNs ?? 0);
    const rate = 1 + this.#host.oscillators.get('system')!.frequencyPpb(nowNs) * 1e-9;
    this.#context.after((edgeNs - nowNs) * rate, () => {
      if (delayNs !== undefined) this.#report(second);
      this.#await(Math.max(second, Math.round(this.#host.nowNs / NS_PER_S)) + 1);
    });
  }

  #report(second: number): void {
    const { time, monotonic, clock } = this.#host.clocks[0].stamp('hardware');
    const error = this.#setting['numbering-error'];
    const stated = this.#host.startTime + BigInt(second) * BigInt(NS_PER_S);
    this.#line.seen++;
    const claims = {
      ...{ synchronised: true, stratum: 0, rootDelayNs: 0, rootDispersionNs: 0 },
      reference: 'PPS',
      address: `/dev/${this.#setting.name}`,
      biasBoundNs: this.#setting['bias-bound'],
    };
    this.#context.report({
      claims,
      observations: [
        {
          kind: 'pulse',
          clock,
          monotonic,
          stamp: 'hardware',
          noiseFloorNs: this.#setting['noise-floor'],
          edge: time,
          periodNs: NS_PER_S,
          ...(error === undefined ? {} : { numberedOffsetNs: Number(stated - time) + error }),
        },
      ],
    });
  }
}

/** Returns the delay of an edge, which may be negative, unlike that of a packet. */
const pulseDelay = (link: Link, random: Random): Ns | undefined => {
  const lifted = cross({ ...link, baseNs: NS_PER_S / 2 }, random);
  return lifted === undefined ? undefined : lifted - NS_PER_S / 2;
};
