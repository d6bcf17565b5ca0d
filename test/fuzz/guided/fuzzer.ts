import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Random } from '../random.js';
import type { Built } from './build.js';
import { Corpus } from './corpus.js';
import { Coverage } from './coverage.js';
import { InputMaker } from './input-maker.js';
import { dictionaryOf } from './mutator.js';
import type { Target } from './target.js';

export interface Finding {
  readonly message: string;
  readonly input: Uint8Array;
}

export interface Report {
  readonly runs: number;
  /** Processor time, user and system, s. */
  readonly cpuSeconds: number;
  /** Number of edges of the code under test, and of those that were passed. */
  readonly edges: number;
  readonly covered: number;
  readonly outcomes: number;
  /** Inputs that reached something new. */
  readonly corpus: readonly Uint8Array[];
  /** The slowest input and its time, ms: the shortest of several attempts. */
  readonly slowestMs: number;
  readonly slowest: Uint8Array;
  /** Growth of the heap from the middle to the end of the run, without the corpus, octets. */
  readonly growth: number;
  readonly findings: readonly Finding[];
}

export interface FuzzOptions {
  readonly runs: number;
  readonly seed: number;
  /** Inputs that an earlier run has found. */
  readonly known?: readonly Uint8Array[];
  /** Maximum time of an input, ms. A slower input is a finding. */
  readonly mostMs?: number;
  readonly mostGrowth?: number;
}

const MOST_FINDINGS = 20;
/** Number of times that a slow input is measured again. */
const ATTEMPTS = 7;
const MOST_MS = 8;
/** Minimum time, ms. The processor clock is too coarse for shorter times. */
const LEAST_MS = 0.1;
const MOST_GROWTH = 8 * 2 ** 20;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/**
 * Runs a target on `runs` inputs. Each is made from one that reached something new: an edge, more passes of an edge, or an
 * outcome. The same options make the same inputs.
 */
export function fuzz({ target, counters, constants }: Built, options: FuzzOptions): Report {
  const { runs, seed, known = [], mostMs = MOST_MS, mostGrowth = MOST_GROWTH } = options;
  const random = new Random(seed);
  const coverage = new Coverage(counters);
  const corpus = new Corpus(random);
  const words = dictionaryOf([...constants, ...(target.dictionary ?? [])], target.form === 'text' ? 'text' : 'octets');
  const maker = new InputMaker(target, random, words);
  const findings = new Map<string, Finding>();
  let slowestMs = 0;
  let slowest: Uint8Array = new Uint8Array(0);

  const attempt = (input: Uint8Array): 'new' | 'known' | 'finding' => {
    const from = performance.now();
    let outcome: number;
    try {
      outcome = target.run(input);
    } catch (error) {
      coverage.clear();
      const message = describe(error);
      if (!findings.has(message)) findings.set(message, { message, input: input.slice() });
      return 'finding';
    }
    const isNew = coverage.take(outcome);
    if (performance.now() - from > Math.max(slowestMs, LEAST_MS)) {
      const ms = fastestOf(target, input);
      coverage.clear();
      if (ms > slowestMs) [slowestMs, slowest] = [ms, input.slice()];
    }
    return isNew ? 'new' : 'known';
  };

  coverage.clear();
  for (const input of [...target.seeds, ...known]) if (attempt(input) !== 'finding') corpus.add(input);
  const before = process.cpuUsage();
  let done = 0;
  let middle = 0;
  for (; done < runs && findings.size < MOST_FINDINGS; done++) {
    if (done === runs >> 1) middle = heap() - corpus.octets;
    maker.make(corpus.pick(), corpus.pick());
    const input = maker.octets.subarray(0, maker.length);
    if (attempt(input) === 'new') corpus.add(input.slice());
  }
  const spent = process.cpuUsage(before);
  const growth = heap() - corpus.octets - middle;
  if (slowestMs > mostMs)
    findings.set('slow', { message: `one input takes ${slowestMs.toFixed(1)} ms`, input: slowest });
  if (growth > mostGrowth)
    findings.set('growth', { message: `the heap grew by ${growth} octets`, input: new Uint8Array(0) });
  return {
    ...{ runs: done, cpuSeconds: (spent.user + spent.system) / 1e6, slowestMs, slowest, growth },
    ...{ edges: coverage.edges, covered: coverage.covered, outcomes: coverage.outcomes },
    ...{ corpus: corpus.inputs, findings: [...findings.values()] },
  };
}

/** Returns the shortest of several processor times of an input, ms. Processor time does not count other programs. */
function fastestOf(target: Target, input: Uint8Array): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ATTEMPTS; i++) {
    const before = process.cpuUsage();
    target.run(input);
    const { user, system } = process.cpuUsage(before);
    fastest = Math.min(fastest, (user + system) / 1000);
  }
  return fastest;
}

/** Returns the message and the place of the throw, so that one fault is one finding. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = /\n {4}at (.*)/.exec(error.stack ?? '')?.[1] ?? '';
  return `${error.name}: ${error.message.slice(0, 300)} (${place.replace(/ \(?file:.*/, '')})`;
}
