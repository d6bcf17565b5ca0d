import { NS_PER_S, type Ns } from '../../api/index.js';
import type { Random } from '../random.js';

export interface OscillatorOptions {
  /** Initial frequency error, ppb: positive runs fast. */
  readonly frequencyPpb?: number;
  /** Random walk of the frequency, s/s per √s: one normal step at each true second. */
  readonly wander?: number;
  /** A sine on top of it, as the temperature of a day causes. */
  readonly sine?: { readonly amplitudePpb: number; readonly periodS: number };
  /** Recorded frequency errors, s/s, one a true second, on top of the others. Where it starts is drawn; it repeats. */
  readonly trace?: Float64Array | undefined;
}

/** Draws the index at which a trace of frequency errors starts. */
export const frequencyTraceStart = (random: Random, length: number): number =>
  Math.floor(random.fork('trace').uniform() * length);

/** A simulated quartz: its count of nanoseconds against true time. It may not be asked about an earlier time than before. */
export class LabOscillator {
  readonly #wander: number;
  readonly #sine: OscillatorOptions['sine'];
  readonly #trace: Float64Array | undefined;
  readonly #traceStart: number;
  readonly #random: Random;
  #frequency: number;
  /** Slope since `#fromNs`: the walk, the sine and the trace of this second. */
  #slope = 0;
  #fromNs: Ns = 0;
  #phaseNs: Ns = 0;
  #second = 0;

  constructor(options: OscillatorOptions, random: Random) {
    this.#frequency = (options.frequencyPpb ?? 0) * 1e-9;
    this.#wander = options.wander ?? 0;
    this.#sine = options.sine;
    this.#trace = options.trace;
    this.#traceStart = options.trace === undefined ? 0 : frequencyTraceStart(random, options.trace.length);
    this.#random = random;
    this.#settle();
  }

  /** Returns the count − true time, ns, at `nowNs` after the start. */
  phaseNs(nowNs: Ns): Ns {
    for (let boundary = (this.#second + 1) * NS_PER_S; boundary <= nowNs; boundary += NS_PER_S) {
      this.#advance(boundary);
      this.#second++;
      if (this.#wander > 0) this.#frequency += this.#wander * this.#random.normal();
      this.#settle();
    }
    return this.#phaseNs + (nowNs - this.#fromNs) * this.#slope;
  }

  /** Returns the frequency error, ppb. */
  frequencyPpb(nowNs: Ns): number {
    this.phaseNs(nowNs);
    return this.#slope * 1e9;
  }

  /** Changes the frequency at once, as a shock does. */
  stepFrequency(deltaPpb: number, nowNs: Ns): void {
    this.phaseNs(nowNs);
    this.#advance(nowNs);
    this.#frequency += deltaPpb * 1e-9;
    this.#settle();
  }

  #advance(toNs: Ns): void {
    this.#phaseNs += (toNs - this.#fromNs) * this.#slope;
    this.#fromNs = toNs;
  }

  #settle(): void {
    const sine = this.#sine;
    const trace = this.#trace;
    this.#slope =
      this.#frequency +
      (sine === undefined
        ? 0
        : sine.amplitudePpb * 1e-9 * Math.sin((2 * Math.PI * (this.#second + 0.5)) / sine.periodS)) +
      (trace === undefined ? 0 : trace[(this.#traceStart + this.#second) % trace.length]!);
  }
}
