import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './launch.js';
import { root } from './place.js';

export interface NtpLoad {
  /** Address of the server, one of 127.0.0.0/8. */
  readonly address: string;
  readonly port: number;
  /** The process of the server, whose CPU time is measured. */
  readonly pid: number;
  /** Requests a second; 0: as many as possible. */
  readonly rate: number;
  readonly seconds: number;
  /** Number of addresses from which the requests come. */
  readonly clients: number;
  /** The requests that the generator sends. Default: plain ones. */
  readonly requests?: 'plain' | 'interleaved' | RecordedRequests;
  /** Program and arguments that start the generator, such as `ip netns exec`. */
  readonly through?: readonly string[];
}

/** Files of requests that are sent again and again, and of a sample of their replies: see test/native/ntp-requests.h. */
export interface RecordedRequests {
  readonly file: string;
  readonly samples: string;
}

export interface NtpLoadResult {
  /** Requests and right replies in the measured time. */
  readonly sent: number;
  readonly replies: number;
  /** Replies that answer no request, and those that came again; in the whole run. */
  readonly wrong: number;
  readonly repeated: number;
  readonly seconds: number;
  /** CPU time of the server in the measured time. */
  readonly cpuNs: number;
  /** Replies of the whole run in the interleaved mode. */
  readonly interleaved: number;
  /** Requests and replies of the whole run. */
  readonly asked: number;
  readonly answered: number;
  /** Time until the reply; −1 for recorded requests. */
  readonly p50Ns: number;
  readonly p99Ns: number;
  /** Error of the transmit timestamp, without its sign. */
  readonly stampP50Ns: number;
  readonly stampP99Ns: number;
  /** Share of the replies whose transmit timestamp is wrong by more than 20 µs. */
  readonly lateShare: number;
  /** Interruptions of more than 10 µs a second of the server's core: the larger number of those before and after the load. */
  readonly interruptions: number;
}

const SOURCE = join(root, 'test/native/ntp-generator.cc');
const PARTS = [SOURCE, ...['ntp-requests.h', 'measure.h'].map((part) => join(root, 'test/native', part))];
const PROGRAM = join(root, 'build/test/ntp-generator');

/** Compiles the generator if it is not current. Returns '' if it can be used, else the reason. */
export function buildNtpGenerator(): string {
  if (existsSync(PROGRAM) && PARTS.every((part) => statSync(PROGRAM).mtimeMs > statSync(part).mtimeMs)) return '';
  mkdirSync(dirname(PROGRAM), { recursive: true });
  const fresh = `${PROGRAM}.${process.pid}`;
  const options = ['-O2', '-std=c++17', '-Wall', '-Wextra', '-D_GNU_SOURCE', '-o', fresh, SOURCE];
  const { status, error, stderr } = spawnSync(process.env.CXX ?? 'c++', options, { encoding: 'utf8' });
  if (status !== 0) return `the load generator does not compile: ${error?.message ?? stderr.trim()}`;
  renameSync(fresh, PROGRAM);
  return '';
}

/** Loads a server. Where there are two cores or more, server and generator have one each. */
export async function loadNtpServer(load: NtpLoad): Promise<NtpLoadResult> {
  const { address, port, pid, rate, seconds, clients, requests = 'plain', through = [] } = load;
  const cores = availableParallelism() > 1 ? [0, 1] : [-1, -1];
  const asked = typeof requests === 'string' ? [requests] : ['recorded', requests.file, requests.samples];
  const options = [address, port, pid, rate, seconds, clients, ...cores, ...asked].map(String);
  const [command, ...rest] = [...through, PROGRAM, ...options];
  const { code, output } = await run(command!, rest);
  if (code !== 0) throw new Error(`the load generator ended with ${code}: ${output}`);
  return JSON.parse(output) as NtpLoadResult;
}
