import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../../../test/bench.js';
import { Hub } from '../../../test/hub.js';
import { fetchPeer, findPeer } from '../../../test/peers.js';
import { CLIENT, CLIENTS, CSPTP_PORT, PREFIX, SERVER } from './addresses.js';

/** A server under load. */
export interface LoadedServer {
  readonly name: string;
  readonly pid: number;
}

export interface HubOptions {
  readonly config?: string;
  /** Add the PTP and CSPTP servers to `config`. */
  readonly load?: boolean;
  /** Folder for a CPU profile. */
  readonly profile?: string | undefined;
  /** Collect all garbage on SIGUSR2. */
  readonly collects?: boolean;
}

const ip = (...parameters: readonly string[]): Buffer =>
  execFileSync('ip', parameters, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 20_000 });

/** Two machines, the server's and the clients', joined by a pair of virtual interfaces. */
export class Rig {
  readonly #bench: Bench;
  readonly server = `timehub-load-${process.pid}-a`;
  readonly clients = `timehub-load-${process.pid}-b`;
  readonly interface = 'vserver';
  readonly clientInterface = 'vclients';

  constructor(bench: Bench) {
    this.#bench = bench;
    for (const namespace of [this.server, this.clients]) {
      ip('netns', 'add', namespace);
      bench.later(() => ip('netns', 'delete', namespace));
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
    }
    const other = ['type', 'veth', 'peer', 'name', this.clientInterface, 'netns', this.clients];
    ip('link', 'add', this.interface, 'netns', this.server, ...other);
    for (const [namespace, name, address] of [
      [this.server, this.interface, SERVER],
      [this.clients, this.clientInterface, CLIENT],
    ] as const) {
      ip('-n', namespace, 'address', 'add', `${address}/${PREFIX}`, 'dev', name);
      ip('-n', namespace, 'link', 'set', name, 'up');
    }
    ip('-n', this.clients, 'route', 'add', 'local', CLIENTS, 'dev', 'lo');
    ip('-n', this.server, 'route', 'add', CLIENTS, 'via', CLIENT);
  }

  /** Returns the command that runs a Node script in a namespace. */
  node(namespace: string, script: string): readonly [string, readonly string[]] {
    return ['ip', ['netns', 'exec', namespace, process.execPath, join(import.meta.dirname, script)]];
  }

  async startHub({ config = SILENT, load = true, profile, collects = false }: HubOptions = {}) {
    const flags = [
      ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
      ...(collects ? ['--import', HEAP] : []),
    ];
    const withFlags = `node=$1; shift; exec "$node" ${flags.join(' ')} "$@"`;
    const through = ['ip', 'netns', 'exec', this.server, 'sh', '-c', withFlags, 'sh'];
    const hub = await Hub.startAs(this.#bench, 'load', through, load ? `${config}\n${this.#servers()}` : config);
    await hub.until(({ sinks }) => sinks.every(({ state }) => state === 'running' || state === 'degraded'));
    return { name: 'timehub', pid: hub.process.pid, hub };
  }

  async startPtp4l(): Promise<LoadedServer> {
    const problem = fetchPeer('linuxptp');
    const found = findPeer('linuxptp');
    if ('missing' in found) throw new Error(problem);
    const socket = this.#bench.folder.at('ptp4l.sock');
    const options = ['-S', '-E', '-4', '-m', '-i', this.interface, '--free_running', '1', '--uds_address', socket];
    const role = ['--masterOnly', '1', '--unicast_listen', '1', '--tx_timestamp_timeout', '100'];
    const command = ['netns', 'exec', this.server, found.peer.program, ...options, ...role];
    const process = this.#bench.launch('ip', command);
    await process.printed(/assuming the grand master role|to (GRAND_)?MASTER/, 30_000);
    return { name: 'ptp4l', pid: process.pid };
  }

  async startEcho(): Promise<LoadedServer> {
    const echo = this.#bench.launch(...this.node(this.server, 'echo.js'));
    await echo.printed(/echoes/);
    return { name: 'echo', pid: echo.pid };
  }

  /** Starts a script of this folder in the clients' namespace, which waits for a job (IPC). */
  fork(script: string): ChildProcess {
    const [command, parameters] = this.node(this.clients, script);
    return spawn(command, parameters, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  #servers(): string {
    return [
      `[sink.ptp.load]\ninterface = "${this.interface}"\nunicast = true\nrole = "fixed"\n`,
      `[sink.csptp.load]\nlisten = "${SERVER}:${CSPTP_PORT}"\n`,
    ].join('\n');
  }
}

const HEAP = new URL('../../../test/heap-on-signal.js', import.meta.url).href;

/** Configuration with a server that never answers: the hub serves its own time, unsynchronised, and does nothing else. */
export const SILENT = '[source.ntp.silent]\naddress = "127.0.0.1:9"\n';

/** Returns the CPU time of all threads of a process so far, ns. */
export function cpuNs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.reduce(
    (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    0,
  );
}
