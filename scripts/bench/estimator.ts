/**
 * Measures the cost of one observation, µs of CPU and bytes allocated, for 1, 8 and 32 NTP-like sources and for 8 sources over
 * two clocks: in the estimator alone, and in the whole core (selection, servo, quality) as the hub calls it. A textbook Kalman
 * filter with as many states is measured in the same run, so that the ratio does not depend on the machine.
 *
 *   npm run bench:estimator -- [--json] [--quick]
 *
 * --quick: a two-hundredth of the observations, and no limits. Exit status 1 if the estimator is above a case's limit of time (with 8
 * sources) or above the limit of bytes.
 */
import { spawnSync } from 'node:child_process';
import { GCProfiler } from 'node:v8';
import type { ClockId, Instant, Observation } from '../../src/api/index.js';
import { createEngine } from '../../src/core/engine/engine.js';
import { createEstimator } from '../../src/core/estimator/index.js';
import { EMBEDDED_LEAP_TABLE } from '../../src/core/leap/leap-seconds.js';
import { readArguments } from '../arguments.js';
import { alignedColumns, median } from './figures.js';

interface Case {
  readonly title: string;
  readonly sources: number;
  readonly clocks: number;
  readonly limitUs?: number;
}

/** Cost of one observation. */
interface Cost {
  readonly us: number;
  readonly bytes: number;
}

interface Result extends Case {
  readonly limitBytes: number;
  readonly estimator: Cost;
  readonly core: Cost;
  readonly textbook: Cost;
  readonly ratio: number;
}

/** Observations that one source makes at one time. */
interface Update {
  readonly key: string;
  readonly observations: readonly Observation[];
}

/** Consumes updates like the code under test. */
type Subject = (updates: readonly Update[]) => void;

/** Maximum allocation of one observation: its result, differences of instants, and the loop of this script. */
const LIMIT_BYTES = 500;
const CASES: readonly Case[] = [
  { title: '1 source', sources: 1, clocks: 1 },
  { title: '8 sources', sources: 8, clocks: 1, limitUs: 25 },
  { title: '32 sources', sources: 32, clocks: 1 },
  { title: '8 sources, 2 clocks', sources: 8, clocks: 2, limitUs: 60 },
];
/** Observations before the first measurement and in each window. */
const WARM_OBSERVATIONS = 24_000;
const WINDOW_OBSERVATIONS = 1000;
const WINDOWS = 9;
/** Size of the young generation, MB: large enough that no object moves during a window. */
const YOUNG_MB = 512;
const NODE_FLAGS = ['--expose-gc', `--min-semi-space-size=${YOUNG_MB}`, `--max-semi-space-size=${YOUNG_MB}`];

const POLL_S = 64;
const BASE_NS = 20e6;
const JITTER_NS = 1e6;
const WANDER_PPB = 1;
const NOISE_FLOOR_NS = 1000;
const BIAS_SIGMA_NS = 500e3;

/** The noise model of the table's row B: exponential jitter both ways, wandering frequency. Each run has the same noise. */
class NoisySources {
  readonly clocks: readonly ClockId[];
  readonly stepS: number;
  readonly keys: readonly { readonly key: string; readonly clock: ClockId }[];
  nowNs = 1e9;
  #offsetNs = 0;
  #slopePpb = 10;
  #state = 1;

  constructor({ sources, clocks }: Case) {
    this.clocks = (['system', 'phc:0'] as const).slice(0, clocks);
    this.stepS = POLL_S / sources;
    this.keys = Array.from({ length: sources }, (_, n) => ({ key: `s${n}`, clock: this.clocks[n % clocks]! }));
  }

  get now(): Instant {
    return BigInt(Math.round(this.nowNs));
  }

  /** Returns an update of every source, and a comparison of the two clocks, in the order of time. */
  round(): readonly Update[] {
    return this.keys.flatMap(({ key, clock }, n) => {
      this.#wait();
      const heard = { key, observations: [this.#leg(clock, 'outbound', 1), this.#leg(clock, 'inbound', -1)] };
      return n > 0 || this.clocks.length === 1 ? [heard] : [heard, { key: 'link', observations: [this.#comparison()] }];
    });
  }

  #wait(): void {
    this.nowNs += this.stepS * 1e9;
    this.#slopePpb += WANDER_PPB * Math.sqrt(this.stepS) * (this.#uniform() - 0.5) * Math.sqrt(12);
    this.#offsetNs += this.#slopePpb * this.stepS;
  }

  #leg(clock: ClockId, direction: 'outbound' | 'inbound', sign: number): Observation {
    const transitNs = sign * this.#offsetNs + BASE_NS - JITTER_NS * Math.log(1 - this.#uniform());
    return { kind: 'leg', direction, transitNs, ...this.#common(clock) };
  }

  #comparison(): Observation {
    const offsetNs = 100 * (this.#uniform() - 0.5);
    return { kind: 'reading', offsetNs, versus: this.clocks[1]!, noiseNs: 30, ...this.#common(this.clocks[0]!) };
  }

  #common(clock: ClockId) {
    return { clock, monotonic: this.now, stamp: 'kernel', noiseFloorNs: NOISE_FLOOR_NS } as const;
  }

  /** mulberry32 */
  #uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
}

/** The estimator alone: `observe` for each observation, all sources admitted. */
function estimatorSubject({ clocks }: NoisySources): Subject {
  const estimator = createEstimator();
  for (const clock of clocks) estimator.addClock(clock, 0n);
  return (updates) => {
    for (const { key, observations } of updates) {
      for (const observation of observations) estimator.observe(key, observation);
      estimator.admit(key, key === 'link' ? NOISE_FLOOR_NS : BIAS_SIGMA_NS);
    }
  };
}

/** The core as the kernel calls it: one input for each update, selection and state included. */
function coreSubject({ clocks }: NoisySources): Subject {
  const options = { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 100e6 };
  const engine = createEngine(options, createEstimator(), EMBEDDED_LEAP_TABLE);
  for (const clock of clocks)
    engine.accept({ type: 'clock', clock, frequencyPpb: 0, maxPpb: 5e5, scale: 'utc', monotonic: 0n });
  return (updates) => {
    for (const { key: id, observations } of updates) {
      engine.accept({ type: 'report', id, observations, monotonic: observations[0]!.monotonic });
      engine.state([]);
    }
  };
}

/** The textbook's filter: dense F·P·Fᵀ + Q, update with one row, on flat arrays that are allocated once. */
function textbookSubject({ keys, clocks, stepS }: NoisySources): Subject {
  const n = 2 * keys.length + clocks.length;
  const matrix = () => new Float64Array(n * n);
  const [f, p, product, q] = [matrix(), matrix(), matrix(), matrix()] as const;
  const vector = () => new Float64Array(n);
  const [x, next, row, gain] = [vector(), vector(), vector(), vector()] as const;
  for (let i = 0; i < n; i++) f[i * n + i] = p[i * n + i] = 1;
  for (let i = 0; i < keys.length; i++) f[2 * i * n + n - 1] = stepS;
  for (let i = n - clocks.length; i < n; i++) q[i * n + i] = stepS;
  const predict = (): void => {
    for (let i = 0; i < n; i++) {
      next[i] = 0;
      for (let k = 0; k < n; k++) next[i]! += f[i * n + k]! * x[k]!;
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += f[i * n + k]! * p[k * n + j]!;
        product[i * n + j] = sum;
      }
    }
    x.set(next);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = q[i * n + j]!;
        for (let k = 0; k < n; k++) sum += product[i * n + k]! * f[j * n + k]!;
        p[i * n + j] = sum;
      }
    }
  };
  const update = (value: number, noise: number): void => {
    let variance = noise;
    let residual = value;
    for (let i = 0; i < n; i++) {
      gain[i] = 0;
      for (let k = 0; k < n; k++) gain[i]! += p[i * n + k]! * row[k]!;
    }
    for (let i = 0; i < n; i++) {
      variance += row[i]! * gain[i]!;
      residual -= row[i]! * x[i]!;
    }
    for (let i = 0; i < n; i++) {
      x[i]! += (gain[i]! / variance) * residual;
      for (let j = 0; j < n; j++) p[i * n + j]! -= (gain[i]! * gain[j]!) / variance;
    }
  };
  return (updates) => {
    for (const { key, observations } of updates) {
      const at = key === 'link' ? 0 : 2 * Number(key.slice(1));
      for (const observation of observations) {
        const isLeg = observation.kind === 'leg';
        row.fill(0);
        row[at] = isLeg && observation.direction === 'inbound' ? -1 : 1;
        row[at + 1] = 1;
        predict();
        update(isLeg ? observation.transitNs / 1e6 : 0, 1);
      }
    }
  };
}

/** Returns the median of some windows without a garbage collection. `scale` divides the numbers of observations. */
function measure(world: NoisySources, subject: Subject, scale: number): Cost {
  const rounds = (observations: number): readonly Update[] => {
    const updates: Update[] = [];
    for (let count = 0; count < observations; ) {
      const round = world.round();
      updates.push(...round);
      count += round.reduce((sum, one) => sum + one.observations.length, 0);
    }
    return updates;
  };
  subject(rounds(WARM_OBSERVATIONS / scale));
  const windows = Array.from({ length: WINDOWS }, () => measureWindow(subject, rounds(WINDOW_OBSERVATIONS / scale)));
  return { us: median(windows.map(({ us }) => us)), bytes: median(windows.map(({ bytes }) => bytes)) };
}

function measureWindow(subject: Subject, updates: readonly Update[]): Cost {
  const observations = updates.reduce((sum, one) => sum + one.observations.length, 0);
  globalThis.gc!();
  const profiler = new GCProfiler();
  profiler.start();
  const heap = process.memoryUsage();
  const cpu = process.cpuUsage();
  subject(updates);
  const { user, system } = process.cpuUsage(cpu);
  const after = process.memoryUsage();
  const { statistics } = profiler.stop();
  if (statistics.length > 0) throw new Error('garbage was collected within a window: its bytes are not all counted');
  const bytes = after.heapUsed - heap.heapUsed + after.external - heap.external;
  return { us: (user + system) / observations, bytes: bytes / observations };
}

/** Runs one case; in a process of its own, so that no case warms up the next. */
function work(index: number, quick: boolean): Result {
  const size = CASES[index]!;
  const run = (subjectOf: (sources: NoisySources) => Subject, scale = 1): Cost => {
    const sources = new NoisySources(size);
    return measure(sources, subjectOf(sources), quick ? 200 * scale : scale);
  };
  const textbook = run(textbookSubject, size.sources);
  const estimator = run(estimatorSubject);
  const core = run(coreSubject);
  return { ...size, limitBytes: LIMIT_BYTES, estimator, core, textbook, ratio: estimator.us / textbook.us };
}

function runApart(index: number, quick: boolean): Result {
  const worker = [import.meta.filename, '--worker', String(index), ...(quick ? ['--quick'] : [])];
  const { status, stdout } = spawnSync(process.execPath, [...NODE_FLAGS, ...worker], {
    ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  });
  if (status !== 0) throw new Error(`the case "${CASES[index]!.title}" ended with status ${status}`);
  return JSON.parse(stdout) as Result;
}

function print(results: readonly Result[]): void {
  const head = ['per observation', 'estimator', 'bytes', 'whole core', 'bytes', 'textbook', 'ratio', 'limits', ''];
  const rows = results.map(({ title, estimator, core, textbook, ratio, limitUs, limitBytes }) => [
    title,
    `${estimator.us.toFixed(1)} µs`,
    estimator.bytes.toFixed(0),
    `${core.us.toFixed(1)} µs`,
    core.bytes.toFixed(0),
    `${textbook.us.toFixed(1)} µs`,
    ratio.toFixed(2),
    limitUs === undefined ? '' : `${limitUs} µs`,
    `${limitBytes} bytes`,
  ]);
  console.log(alignedColumns([head, ...rows]));
}

const isAbove = ({ limitUs = Number.POSITIVE_INFINITY, limitBytes, estimator }: Result): boolean =>
  estimator.us > limitUs || estimator.bytes > limitBytes;

const { values: options } = readArguments({
  options: {
    ...{ json: { type: 'boolean' }, quick: { type: 'boolean', default: false } },
    ...{ worker: { type: 'string' } },
  },
});
if (options.worker !== undefined) process.stdout.write(JSON.stringify(work(Number(options.worker), options.quick)));
else {
  const results = CASES.map((_, index) => runApart(index, options.quick));
  if (options.json) console.log(JSON.stringify({ node: process.version, cases: results }, undefined, 2));
  else print(results);
  process.exitCode = !options.quick && results.some(isAbove) ? 1 : 0;
}
