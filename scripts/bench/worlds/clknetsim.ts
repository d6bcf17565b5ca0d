/**
 * Runs the simple worlds with chronyd in clknetsim: a checkout of github.com/mlichvar/clknetsim in which `make` was run. It is
 * neither shipped nor fetched.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Ns } from '../../../src/api/index.js';
import type { Scenario } from '../../../src/lab/scenario/index.js';
import { networkText } from '../../../src/lab/worlds/clknetsim-network.js';

/** Limit of one run, ms of real time. */
const LONGEST_MS = 300_000;

export interface ChronyOptions {
  /** The checkout of clknetsim. */
  readonly folder: string;
  /** The chronyd that runs in it. */
  readonly chronyd: string;
  readonly seed: number;
}

/** Returns the RMS of the error of chronyd's clock in the steady part of a world, ns. */
export async function chronyRmsNs(scenario: Scenario, options: ChronyOptions): Promise<Ns> {
  const work = mkdtempSync(join(tmpdir(), 'clknetsim-'));
  try {
    return rmsNs(await simulated(scenario, options, work), scenario['steady-from'] / 1e9);
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
  writeFileSync(network, networkText(scenario));
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

function rmsNs(errorsS: readonly number[], fromS: number): Ns {
  const steady = errorsS.slice(Math.max(0, Math.ceil(fromS) - 1));
  return Math.sqrt(steady.reduce((sum, error) => sum + error ** 2, 0) / steady.length) * 1e9;
}
