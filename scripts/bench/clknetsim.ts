/**
 * Runs scenarios with chronyd in clknetsim: a checkout of github.com/mlichvar/clknetsim in which `make` was run. It is neither
 * shipped nor fetched.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Ns } from '../../src/api/index.js';
import { frequencyTraceStart } from '../../src/lab/clocks/oscillator.js';
import { createRandom } from '../../src/lab/random.js';
import type { Scenario } from '../../src/lab/scenario/index.js';
import { traceIndex, traceShares } from '../../src/lab/scenario/start-link.js';
import { networkText, type TraceWriter } from '../../src/lab/worlds/clknetsim-network.js';

/** Limit of one run, ms of real time. */
const LONGEST_MS = 300_000;

export interface ChronyOptions {
  /** The checkout of clknetsim. */
  readonly folder: string;
  /** The chronyd that runs in it. */
  readonly chronyd: string;
  readonly seed: number;
}

export interface ChronyErrors {
  readonly rmsNs: Ns;
  /** RMS without the mean. */
  readonly centredNs: Ns;
}

/** Returns the error of chronyd's clock in the steady part of a scenario. */
export async function chronyErrors(scenario: Scenario, options: ChronyOptions): Promise<ChronyErrors> {
  const work = mkdtempSync(join(tmpdir(), 'clknetsim-'));
  try {
    return summary(await simulated(scenario, options, work), scenario['steady-from'] / 1e9);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Returns the errors of the last node's clock, s, one a true second. */
async function simulated(scenario: Scenario, options: ChronyOptions, work: string): Promise<readonly number[]> {
  const { folder, chronyd, seed } = options;
  const servers = scenario.server.length;
  const [socket, network, errors] = ['socket', 'network', 'errors'].map((name) => join(work, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(network, networkText(scenario, traceWriter(scenario, seed, work)));
  const limits = ['-l', `${Math.round(scenario.duration / 1e9)}`];
  const simulator = spawn(
    resolve(folder, 'clknetsim'),
    [...limits, '-s', socket, '-o', errors, network, `${servers + 1}`],
    {
      cwd: work,
      env: { ...process.env, CLKNETSIM_RANDOM_SEED: `${seed}` },
      stdio: 'ignore',
      timeout: LONGEST_MS,
    },
  );
  const nodes = Array.from({ length: servers + 1 }, (_, index) => {
    const node = index + 1;
    const config = join(work, `conf.${node}`);
    const lines = node <= servers ? ['local stratum 1', 'allow'] : clientLines(scenario);
    const quiet = ['cmdport 0', 'bindcmdaddress /', `pidfile ${join(work, `pid.${node}`)}`];
    writeFileSync(config, `${[...lines, ...quiet].join('\n')}\n`);
    return spawn(chronyd, ['-d', '-u', 'root', '-f', config], {
      cwd: work,
      stdio: 'ignore',
      env: {
        ...process.env,
        LD_PRELOAD: resolve(folder, 'clknetsim.so'),
        CLKNETSIM_NODE: `${node}`,
        CLKNETSIM_SOCKET: socket,
        CLKNETSIM_RANDOM_SEED: `${seed}`,
      },
    });
  });
  await finished(simulator, nodes);
  const text = readFileSync(errors, 'utf8').trimEnd();
  return text.split('\n').map((line) => Number(line.split('\t').at(-1)));
}

/** Returns the configuration of the chronyd under test. */
function clientLines({ server }: Scenario): readonly string[] {
  const servers = server.map(({ poll = 64e9 }, index) => {
    const log = Math.log2(poll / 1e9);
    return `server 192.168.123.${index + 1} iburst minpoll ${log} maxpoll ${log}`;
  });
  return [...servers, 'makestep 0.128 3'];
}

async function finished(simulator: ChildProcess, nodes: readonly ChildProcess[]): Promise<void> {
  const status = await Promise.race([
    once(simulator, 'exit').then(([code]) => code as number),
    ...[simulator, ...nodes].map((child) => once(child, 'error').then(([error]) => Promise.reject(error))),
  ]);
  for (const node of nodes) node.kill();
  if (status !== 0) throw new Error(`clknetsim exits with status ${status}`);
}

/** Writes each trace of a run into a file that clknetsim reads from its beginning: so both programs meet the same recorded values. */
function traceWriter({ server }: Scenario, seed: number, work: string): TraceWriter {
  const random = createRandom(seed);
  const starts = server.map((each) => traceShares(random, each));
  const write = (name: string, values: Float64Array, start: number, unit: number): string => {
    const path = join(work, name);
    const rotated = [...values.subarray(start), ...values.subarray(0, start)];
    writeFileSync(path, `${rotated.map((value) => (value * unit).toExponential(9)).join('\n')}\n`);
    return path;
  };
  return {
    frequencies: (values) => write('frequencies', values, frequencyTraceStart(random.fork('system'), values.length), 1),
    delays: (values, index, direction) =>
      write(`delays-${index}-${direction}`, values, traceIndex(starts[index]![direction], values.length), 1e-9),
  };
}

function summary(errorsS: readonly number[], fromS: number): ChronyErrors {
  const steady = errorsS.slice(Math.max(0, Math.ceil(fromS) - 1));
  const mean = (of: (error: number) => number): number =>
    steady.reduce((sum, error) => sum + of(error), 0) / steady.length;
  const meanS = mean((error) => error);
  return {
    rmsNs: Math.sqrt(mean((error) => error ** 2)) * 1e9,
    centredNs: Math.sqrt(mean((error) => (error - meanS) ** 2)) * 1e9,
  };
}
