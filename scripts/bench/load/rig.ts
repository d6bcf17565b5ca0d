import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hub } from '../../dist/test/hub.js';
import { findPeer } from '../../dist/test/peers.js';
import { CLIENT, CLIENTS, CSPTP_PORT, PREFIX, SERVER } from './addresses.mjs';

const ip = (...parameters) => execFileSync('ip', parameters, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 20_000 });

/** Two machines, the server's and the clients', joined by a pair of virtual interfaces. */
export class Rig {
  #bench;
  server = `timehub-load-${process.pid}-a`;
  clients = `timehub-load-${process.pid}-b`;
  interface = 'vserver';
  clientInterface = 'vclients';

  constructor(bench) {
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
    ]) {
      ip('-n', namespace, 'address', 'add', `${address}/${PREFIX}`, 'dev', name);
      ip('-n', namespace, 'link', 'set', name, 'up');
    }
    ip('-n', this.clients, 'route', 'add', 'local', CLIENTS, 'dev', 'lo');
    ip('-n', this.server, 'route', 'add', CLIENTS, 'via', CLIENT);
  }

  through(namespace) {
    return ['ip', 'netns', 'exec', namespace];
  }

  /** `config` and beside it, with `load`, the servers. `profile`: the folder for a CPU profile. `collects`: on SIGUSR2. */
  async startHub({ config = SILENT, load = true, profile, collects } = {}) {
    const flags = [
      ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
      ...(collects ? ['--import', HEAP] : []),
    ];
    const through = [
      ...this.through(this.server),
      'sh',
      '-c',
      `node=$1; shift; exec "$node" ${flags.join(' ')} "$@"`,
      'sh',
    ];
    const hub = await Hub.startAs(this.#bench, 'load', through, load ? `${config}\n${this.#servers()}` : config);
    await hub.until(({ sinks }) => sinks.every(({ state }) => state === 'running' || state === 'degraded'));
    return { name: 'timehub', pid: hub.process.pid, hub, stop: () => hub.stop() };
  }

  async startPtp4l() {
    const found = findPeer('linuxptp');
    if (found.peer === undefined) throw new Error(found.missing);
    const socket = this.#bench.folder.at('ptp4l.sock');
    const options = ['-S', '-E', '-4', '-m', '-i', this.interface, '--free_running', '1', '--uds_address', socket];
    const role = ['--masterOnly', '1', '--unicast_listen', '1', '--tx_timestamp_timeout', '100'];
    const [command, ...rest] = [...this.through(this.server), found.peer.program, ...options, ...role];
    const process = this.#bench.launch(command, rest);
    await process.printed(/assuming the grand master role|to (GRAND_)?MASTER/, 30_000);
    return { name: 'ptp4l', pid: process.pid, stop: () => process.stop() };
  }

  async startEcho() {
    const [command, ...rest] = [...this.through(this.server), process.execPath, join(import.meta.dirname, 'echo.mjs')];
    const echo = this.#bench.launch(command, rest);
    await echo.printed(/echoes/);
    return { name: 'echo', pid: echo.pid, stop: () => echo.stop() };
  }

  #servers() {
    return [
      `[sink.ptp.load]\ninterface = "${this.interface}"\nunicast = true\nrole = "fixed"\n`,
      `[sink.csptp.load]\nlisten = "${SERVER}:${CSPTP_PORT}"\n`,
    ].join('\n');
  }
}

/** On SIGUSR2. */
const HEAP = new URL('../../dist/test/heap-on-signal.js', import.meta.url).href;

/** Nobody answers: the hub gives the time that it has, unsynchronised, and does nothing else. */
const SILENT = '[source.ntp.silent]\naddress = "127.0.0.1:9"\n';

/** The process of the clients; it waits for a job (clients.mjs). */
export function launchClients(rig) {
  const [command, ...rest] = [...rig.through(rig.clients), process.execPath];
  return spawn(command, [...rest, join(import.meta.dirname, 'clients.mjs')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** CPU time of all threads of a process so far, ns. */
export function cpuNs(pid) {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.reduce(
    (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    0,
  );
}
