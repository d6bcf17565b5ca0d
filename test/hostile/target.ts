import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DetailReport } from 'timehub/api';
import type { Bench } from '../bench.js';
import { type ChronyServer, startChronyServer } from '../chrony.js';
import { Hub } from '../hub.js';
import type { Peer } from '../peers.js';
import { root } from '../place.js';
import { processorTimeMs, waitedForProcessorMs } from '../processes.js';
import { CSPTP_PORT, DASHBOARD_PORT, GPSD_PORT, HUB_ADDRESS, HUB_INTERFACE, NTP_PORT } from './addresses.js';
import type { Network } from './network.js';
import type { Order, Span } from './span.js';

const SERVERS = 3;
const POLL = '125ms';
/** Number of observations of each server after which the estimate improves no further. */
const SETTLED_AFTER = 120;

/** A hub that observes NTP servers and serves time by every protocol, and its honest client. */
export class Target {
  readonly hub: Hub;
  readonly network: Network;
  readonly bench: Bench;
  /** Path of the compiled flood.c. */
  readonly flood: string;
  readonly #client: Client;

  /** `profile`: the folder for a CPU profile. */
  static async start(bench: Bench, network: Network, chrony: Peer, profile?: string): Promise<Target> {
    const flood = bench.folder.at('flood');
    execFileSync('cc', ['-O2', '-o', flood, join(root, 'test/hostile/flood.c')]);
    const servers: ChronyServer[] = [];
    for (let n = 0; n < SERVERS; n++)
      servers.push(await startChronyServer(bench, chrony, { through: network.asServer }));
    const socket = bench.folder.at('hub.sock');
    const path = bench.write(
      'hub.toml',
      configuration(
        socket,
        servers.map(({ port }) => port),
      ),
    );
    const flags = profile === undefined ? [] : ['env', `NODE_OPTIONS=--cpu-prof --cpu-prof-dir=${profile}`];
    const hub = await Hub.launch(bench, ['run', path], socket, process.env, [...network.asHub, ...flags]);
    await hub.until(
      ({ mode, sources }) =>
        mode === 'tracking' &&
        sources.every(({ id, observations }) => !id.startsWith('ntp.') || observations >= SETTLED_AFTER),
      60_000,
    );
    return new Target(bench, network, hub, flood);
  }

  private constructor(bench: Bench, network: Network, hub: Hub, flood: string) {
    this.bench = bench;
    this.network = network;
    this.hub = hub;
    this.flood = flood;
    this.#client = new Client(bench, network, hub);
  }

  /** Measures the service that the client gets during `work`. */
  during(work: () => Promise<unknown>, patienceMs: number): Promise<Span> {
    return this.#client.during(work, patienceMs);
  }

  /** Returns the CPU time of all the hub's threads, ms. */
  cpuMs(): number {
    return processorTimeMs(this.hub.process.pid);
  }

  /** Returns the time for which the event loop waited for the CPU, ms. Other programs cause it, not the hub. */
  waitedMs(): number {
    return waitedForProcessorMs(this.hub.process.pid);
  }

  /** Returns the number of lines in the hub's log. */
  logged(): number {
    return this.hub.process.output.split('\n').length - 1;
  }

  /** Returns the number of datagrams to the NTP port that the kernel dropped because the socket's buffer was full. */
  dropped(): number {
    const tables = ['udp', 'udp6'].map((name) => readFileSync(`/proc/${this.hub.process.pid}/net/${name}`, 'utf8'));
    const rows = tables.flatMap((table) => table.trim().split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
    const port = NTP_PORT.toString(16).toUpperCase().padStart(4, '0');
    return rows.filter(([, local]) => local!.endsWith(`:${port}`)).reduce((sum, row) => sum + Number(row.at(-1)), 0);
  }

  /** Returns the number of octets that have entered and left the hub's machine, with all headers. */
  octets(): { readonly received: number; readonly sent: number } {
    const table = readFileSync(`/proc/${this.hub.process.pid}/net/dev`, 'utf8');
    const fields = table.split(`${HUB_INTERFACE}:`)[1]!.trim().split(/\s+/).map(Number);
    return { received: fields[0]!, sent: fields[8]! };
  }

  /** Returns the number of restarts of sources and sinks after a failure. */
  async restarts(): Promise<number> {
    const { sources, sinks } = await this.hub.status();
    const ids = [...sources, ...sinks].map(({ id }) => id);
    const reports = await Promise.all(ids.map((id) => this.hub.json<DetailReport>(`/v1/sources/${id}`)));
    return reports.reduce((sum, { instance }) => sum + instance.restarts, 0);
  }
}

/** The process of client.ts. */
class Client {
  readonly #process;

  constructor(bench: Bench, network: Network, { socket }: Hub) {
    const program = join(import.meta.dirname, 'client.js');
    const [command, ...rest] = [...network.asClient, process.execPath, program, socket];
    this.#process = spawn(command!, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    bench.later(() => this.#process.kill());
  }

  async during(work: () => Promise<unknown>, patienceMs: number): Promise<Span> {
    this.#send({ kind: 'begin' });
    await work();
    const span = once(this.#process, 'message');
    this.#send({ kind: 'end', patienceMs });
    return (await span)[0];
  }

  #send(order: Order): void {
    this.#process.send(order);
  }
}

const configuration = (socket: string, servers: readonly number[]): string =>
  [
    ...servers.map(
      (port, n) => `[source.ntp.s${n}]\naddress = "127.0.0.1:${port}"\npoll-min = "${POLL}"\npoll-max = "${POLL}"\n`,
    ),
    `[source.gpsd.receiver]\naddress = "127.0.0.1:${GPSD_PORT}"\n`,
    `[source.ptp.upstream]\ninterface = "${HUB_INTERFACE}"\n`,
    `[sink.ntp.lan]\nlisten = "[::]:${NTP_PORT}"\n`,
    `[sink.ptp.grandmaster]\ninterface = "${HUB_INTERFACE}"\nstamps = "software"\nunicast = true\nmanagement-over-network = true\n`,
    `[sink.csptp.lan]\nlisten = "[::]:${CSPTP_PORT}"\n`,
    `[sink.observability.all]\nsocket = "${socket}"\nlisten = "${HUB_ADDRESS}:${DASHBOARD_PORT}"\n`,
  ].join('\n');
