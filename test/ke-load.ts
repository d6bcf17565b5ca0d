import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './launch.js';
import { NTS_HOST } from './nts.js';
import { root } from './place.js';

export interface KeLoad {
  /** TCP port of the server, at `NTS_HOST`. */
  readonly port: number;
  /** The process of the server, whose CPU time is measured with that of its child processes. */
  readonly pid: number;
  /** File with the authority of its certificate. */
  readonly authority: string;
  /** Number of key exchanges at a time. */
  readonly atATime: number;
  readonly seconds: number;
}

export interface KeLoadResult {
  /** Right key exchanges in the measured time. */
  readonly exchanges: number;
  /** Connections that broke or came to nothing in 5 s, and wrong answers. */
  readonly failed: number;
  readonly wrong: number;
  /** Why the first one failed or was wrong; ''. */
  readonly reason: string;
  readonly seconds: number;
  /** CPU time of the server in the measured time. */
  readonly cpuNs: number;
  /** Time from the connection to the end of the answer. */
  readonly p50Ns: number;
  readonly p99Ns: number;
}

/** Addresses from which the key exchanges come: no rate limit counts any of them. */
const CLIENTS = 10_000;
const SOURCE = join(root, 'test/native/ke-generator.cc');
const PARTS = [SOURCE, join(root, 'test/native/measure.h')];
const PROGRAM = join(root, 'build/test/ke-generator');

/** Compiles the generator, which needs the headers of OpenSSL, if it is not current. Returns '' if it can be used, else the reason. */
export function buildKeGenerator(): string {
  if (existsSync(PROGRAM) && PARTS.every((part) => statSync(PROGRAM).mtimeMs > statSync(part).mtimeMs)) return '';
  mkdirSync(dirname(PROGRAM), { recursive: true });
  const fresh = `${PROGRAM}.${process.pid}`;
  const options = ['-O2', '-std=c++17', '-Wall', '-Wextra', '-o', fresh, SOURCE, '-lssl', '-lcrypto'];
  const { status, error, stderr } = spawnSync(process.env.CXX ?? 'c++', options, { encoding: 'utf8' });
  if (status !== 0)
    return `the load generator does not compile (it needs libssl-dev): ${error?.message ?? stderr.trim()}`;
  renameSync(fresh, PROGRAM);
  return '';
}

/** Loads a server. Where there are two cores or more, server and generator have one each. */
export async function loadKeServer({ port, pid, authority, atATime, seconds }: KeLoad): Promise<KeLoadResult> {
  const cores = availableParallelism() > 1 ? [0, 1] : [];
  const options = [NTS_HOST, port, pid, authority, atATime, seconds, CLIENTS, ...cores];
  const { code, output } = await run(PROGRAM, options.map(String));
  if (code !== 0) throw new Error(`the load generator ended with ${code}: ${output}`);
  return JSON.parse(output) as KeLoadResult;
}
