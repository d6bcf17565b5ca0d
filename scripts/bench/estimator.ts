#!/usr/bin/env node
/**
 * What one observation costs: µs of CPU and bytes allocated, for 1, 8 and 32 NTP-like sources and for 8 sources over two
 * clocks; through the estimator alone, and through the whole core (selection, servo, quality) as the hub calls it. Beside
 * it, in the same run, a textbook Kalman filter with as many states, so that the ratio does not depend on the machine.
 *
 *   node scripts/bench-estimator.mjs [--json]
 *
 * Exit status 1 when the estimator is above its limit: of time with 8 sources, of bytes always.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { GCProfiler } from 'node:v8';
import { setup } from './setup.mjs';

const LIMIT_US = 50;
/** Of what one observation allocates: its answer and differences of instants, and what the loop of this script takes. */
const LIMIT_BYTES = 500;
const CASES = [
  { title: '1 source', sources: 1, clocks: 1 },
  { title: '8 sources', sources: 8, clocks: 1, limitUs: LIMIT_US },
  { title: '32 sources', sources: 32, clocks: 1 },
  { title: '8 sources, 2 clocks', sources: 8, clocks: 2 },
];
/** Rounds in which every source is heard once: before anything is measured, in a window, and how many windows. */
const WARM_OBSERVATIONS = 24_000;
const WINDOW_OBSERVATIONS = 1000;
const WINDOWS = 9;
/** Young objects stay where they are for as long as a window lasts, in MB. */
const YOUNG_MB = 128;
const NODE_FLAGS = ['--expose-gc', `--min-semi-space-size=${YOUNG_MB}`, `--max-semi-space-size=${YOUNG_MB}`];

const POLL_S = 64;
const BASE_NS = 20e6;
const JITTER_NS = 1e6;
const WANDER_PPB = 1;
const NOISE_FLOOR_NS = 1000;
const BIAS_SIGMA_NS = 500e3;

/** The noise model of the table's row B: exponential jitter on both ways, a frequency that walks. The same each time. */
class World {
  nowNs = 1e9;
  #offsetNs = 0;
  #slopePpb = 10;
  #state = 1;

  constructor({ sources, clocks }) {
    this.clocks = ['system', 'phc:0'].slice(0, clocks);
    this.stepS = POLL_S / sources;
    this.keys = Array.from({ length: sources }, (_, n) => ({ key: `s${n}`, clock: this.clocks[n % clocks] }));
  }

  get now() {
    return BigInt(Math.round(this.nowNs));
  }

  /** Every source once, and a comparison of the two clocks: `{ key, observations }` in the order of time. */
  round() {
    return this.keys.flatMap(({ key, clock }, n) => {
      this.#wait();
      const heard = { key, observations: [this.#leg(clock, 'outbound', 1), this.#leg(clock, 'inbound', -1)] };
      return n > 0 || this.clocks.length === 1 ? [heard] : [heard, { key: 'link', observations: [this.#comparison()] }];
    });
  }

  #wait() {
    this.nowNs += this.stepS * 1e9;
    this.#slopePpb += WANDER_PPB * Math.sqrt(this.stepS) * (this.#uniform() - 0.5) * Math.sqrt(12);
    this.#offsetNs += this.#slopePpb * this.stepS;
  }

  #leg(clock, direction, sign) {
    const transitNs = sign * this.#offsetNs + BASE_NS - JITTER_NS * Math.log(1 - this.#uniform());
    return { kind: 'leg', direction, transitNs, ...this.#common(clock) };
  }

  #comparison() {
    const offsetNs = 100 * (this.#uniform() - 0.5);
    return { kind: 'reading', offsetNs, versus: this.clocks[1], noiseNs: 30, ...this.#common(this.clocks[0]) };
  }

  #common(clock) {
    return { clock, monotonic: this.now, stamp: 'kernel', noiseFloorNs: NOISE_FLOOR_NS };
  }

  /** mulberry32 */
  #uniform() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
}

/** The estimator alone: `observe` for each observation, all sources admitted. */
async function estimatorSubject(world) {
  const { createEstimator } = await import('../dist/src/core/estimator/index.js');
  const estimator = createEstimator();
  for (const clock of world.clocks) estimator.addClock(clock, 0n);
  return (updates) => {
    for (const { key, observations } of updates) {
      for (const observation of observations) estimator.observe(key, observation);
      estimator.admit(key, key === 'link' ? NOISE_FLOOR_NS : BIAS_SIGMA_NS);
    }
  };
}

/** The core as the kernel calls it: one input for each update, selection and state included. */
async function coreSubject(world) {
  const [{ createEngine }, { createEstimator }, { EMBEDDED_LEAP_TABLE }] = await Promise.all([
    import('../dist/src/core/engine.js'),
    import('../dist/src/core/estimator/index.js'),
    import('../dist/src/core/leap/leap-seconds.js'),
  ]);
  const options = { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 100e6 };
  const engine = createEngine(options, createEstimator(), EMBEDDED_LEAP_TABLE);
  for (const clock of world.clocks)
    engine.accept({ type: 'clock', clock, frequencyPpb: 0, maxPpb: 5e5, scale: 'utc', monotonic: 0n });
  return (updates) => {
    for (const { key: id, observations } of updates) {
      engine.accept({ type: 'observations', id, observations, monotonic: observations[0].monotonic });
      engine.state([]);
    }
  };
}

/** Predict with dense F·P·Fᵀ + Q, update with one row: what every textbook has, on flat arrays that are allocated once. */
function textbookSubject({ keys, clocks, stepS }) {
  const n = 2 * keys.length + clocks.length;
  const matrix = () => new Float64Array(n * n);
  const [f, p, product, q] = [matrix(), matrix(), matrix(), matrix()];
  const [x, next, row, gain] = Array.from({ length: 4 }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) f[i * n + i] = p[i * n + i] = 1;
  for (let i = 0; i < keys.length; i++) f[2 * i * n + n - 1] = stepS;
  for (let i = n - clocks.length; i < n; i++) q[i * n + i] = stepS;
  const predict = () => {
    for (let i = 0; i < n; i++) {
      next[i] = 0;
      for (let k = 0; k < n; k++) next[i] += f[i * n + k] * x[k];
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += f[i * n + k] * p[k * n + j];
        product[i * n + j] = sum;
      }
    }
    x.set(next);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = q[i * n + j];
        for (let k = 0; k < n; k++) sum += product[i * n + k] * f[j * n + k];
        p[i * n + j] = sum;
      }
    }
  };
  const update = (value, noise) => {
    let variance = noise;
    let residual = value;
    for (let i = 0; i < n; i++) {
      gain[i] = 0;
      for (let k = 0; k < n; k++) gain[i] += p[i * n + k] * row[k];
    }
    for (let i = 0; i < n; i++) {
      variance += row[i] * gain[i];
      residual -= row[i] * x[i];
    }
    for (let i = 0; i < n; i++) {
      x[i] += (gain[i] / variance) * residual;
      for (let j = 0; j < n; j++) p[i * n + j] -= (gain[i] * gain[j]) / variance;
    }
  };
  return (updates) => {
    for (const { key, observations } of updates) {
      const at = key === 'link' ? 0 : 2 * Number(key.slice(1));
      for (const { transitNs = 0, direction } of observations) {
        row.fill(0);
        row[at] = direction === 'inbound' ? -1 : 1;
        row[at + 1] = 1;
        predict();
        update(transitNs / 1e6, 1);
      }
    }
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** µs of CPU and bytes for one observation: the median of some windows without a garbage collection. */
function measure(world, subject, scale = 1) {
  const rounds = (observations) => {
    const updates = [];
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

function measureWindow(subject, updates) {
  const observations = updates.reduce((sum, one) => sum + one.observations.length, 0);
  globalThis.gc();
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

/** In a process of its own, so that no case warms up the next. */
async function work(index) {
  const { title, limitUs, ...size } = CASES[index];
  const run = async (subjectOf, scale) => {
    const world = new World(size);
    return measure(world, await subjectOf(world), scale);
  };
  const textbook = await run(textbookSubject, size.sources);
  const estimator = await run(estimatorSubject);
  const core = await run(coreSubject);
  const result = {
    title,
    ...size,
    limitUs,
    limitBytes: LIMIT_BYTES,
    estimator,
    core,
    textbook,
    ratio: estimator.us / textbook.us,
  };
  process.stdout.write(JSON.stringify(result));
}

function runApart(index) {
  const { status, stdout } = spawnSync(
    process.execPath,
    [...NODE_FLAGS, import.meta.filename, '--worker', String(index)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) throw new Error(`the case "${CASES[index].title}" ended with status ${status}`);
  return JSON.parse(stdout);
}

function print(results) {
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
  const width = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  for (const row of [head, ...rows])
    console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(width[i]) : cell.padStart(width[i]))).join('  '));
}

function main() {
  const { values: options } = parseArgs({ options: { json: { type: 'boolean' } } });
  if (process.env.TIMEHUB_NO_SETUP === undefined) setup();
  const results = CASES.map((_, index) => runApart(index));
  if (options.json) console.log(JSON.stringify({ node: process.version, cases: results }, undefined, 2));
  else print(results);
  const isAbove = ({ limitUs = Number.POSITIVE_INFINITY, limitBytes, estimator }) =>
    estimator.us > limitUs || estimator.bytes > limitBytes;
  process.exitCode = results.some(isAbove) ? 1 : 0;
}

if (process.argv[2] === '--worker') await work(Number(process.argv[3]));
else main();
