import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import type { Launched } from '../launch.js';
import { need, skip } from '../need.js';
import type { Peer } from '../peers.js';
import { until } from '../poll.js';
import { Pmc } from './pmc.js';

/** A machine of the rig: a network namespace. All share one system clock, so that every true offset is zero. */
export class Machine {
  readonly namespace: string;
  /** Interfaces: `near` leads to the previous machine of the line or to the switch, `far` to the next machine. */
  readonly near: string;
  readonly far: string;
  readonly #rig: PtpRig;

  constructor(rig: PtpRig, namespace: string, n: number) {
    this.#rig = rig;
    this.namespace = namespace;
    this.near = `v${n}n`;
    this.far = `v${n}f`;
  }

  /** Starts a ptp4l that stamps in software and steers no clock. */
  ptp4l(name: string, args: readonly string[]): Ptp4l {
    const { bench, linuxptp } = this.#rig;
    const socket = bench.folder.at(`${name}.uds`);
    const all = ['-S', '-m', '--free_running', '1', '--uds_address', socket, ...args];
    return new Ptp4l(
      this.#rig,
      bench.launch('ip', ['netns', 'exec', this.namespace, linuxptp.program, ...all]),
      socket,
    );
  }

  /** Starts a hub. `environment` has arguments of env(1). */
  hub(config: string, environment: readonly string[] = []): Promise<Hub> {
    const inside = ['ip', 'netns', 'exec', this.namespace, 'env', ...environment];
    return Hub.startAs(this.#rig.bench, this.namespace, inside, config);
  }

  setLink(name: string, state: 'up' | 'down'): void {
    ip('-n', this.namespace, 'link', 'set', name, state);
  }
}

/** A running ptp4l. */
export class Ptp4l {
  readonly process: Launched;
  readonly socket: string;
  readonly #rig: PtpRig;

  constructor(rig: PtpRig, process: Launched, socket: string) {
    this.#rig = rig;
    this.process = process;
    this.socket = socket;
  }

  /**
   * Returns the next `count` offsets from its master, ns, one for each Sync. ptp4l itself prints only one a second; pmc is
   * faster. `args` are pmc's arguments for domain and profile.
   */
  async nextOffsets(count: number, args: readonly string[], timeoutMs: number): Promise<readonly number[]> {
    await this.process.printed(/to (UNCALIBRATED|SLAVE)/, 30_000);
    const pmc = this.#rig.pmcAt(this.socket, args);
    const stop = pmc.poll('GET TIME_STATUS_NP');
    /** Returns the offsets by the ingress time of their Sync. */
    const offsets = () =>
      new Map(pmc.answers.map(({ values }) => [values.get('ingress_time'), Number(values.get('master_offset'))]));
    await until(
      async () => offsets().size,
      (size) => size >= SETTLING + count,
      timeoutMs,
    );
    stop();
    pmc.stop();
    return [...offsets().values()].slice(SETTLING, SETTLING + count);
  }
}

/** Number of offsets that are ignored at first: they lack a delay. */
const SETTLING = 16;

/** The error if this machine cannot make network namespaces. */
export class NoNamespaces extends Error {}

/** `line`: a pair of virtual interfaces joins each machine to the next. `switch`: one bridge joins all machines. */
export type Shape = 'line' | 'switch';

/** Machines on a network of virtual interfaces: `10.99.N.1` and `.2` of the Nth pair, or `10.99.0.N` on a switch. */
export class PtpRig {
  readonly bench: Bench;
  readonly linuxptp: Peer;
  readonly machines: readonly Machine[];
  /** Path of linuxptp's management client. */
  readonly #pmc: string;
  #managers = 0;
  /** Running clients, by socket and arguments. A new one for each question would wait 1 s for more answers. */
  readonly #askers = new Map<string, Pmc>();

  /** Returns a rig. Skips the test if linuxptp is missing or network namespaces cannot be made. */
  static make(context: Mocha.Context, bench: Bench, count: number, shape: Shape = 'line'): PtpRig {
    const linuxptp = need(context, 'linuxptp');
    if (process.getuid?.() !== 0) skip(context, 'network namespaces can be made by root only');
    try {
      return new PtpRig(bench, linuxptp, count, shape);
    } catch (error) {
      if (error instanceof NoNamespaces) skip(context, error.message);
      throw error;
    }
  }

  /** Throws `NoNamespaces`. */
  constructor(bench: Bench, linuxptp: Peer, count: number, shape: Shape = 'line') {
    this.bench = bench;
    this.linuxptp = linuxptp;
    this.#pmc = join(linuxptp.folder, 'usr/sbin/pmc');
    this.machines = Array.from(
      { length: count },
      (_, n) => new Machine(this, `timehub-ptp-${process.pid}-${String.fromCharCode(97 + n)}`, n),
    );
    for (const { namespace } of this.machines) this.#addNamespace(namespace);
    if (shape === 'switch') this.#joinAll();
    else for (let n = 0; n + 1 < count; n++) this.#join(this.machines[n]!, this.machines[n + 1]!, n);
  }

  /** Starts a management client at the Unix socket of a clock. `args` are its arguments for domain and profile. */
  pmcAt(socket: string, args: readonly string[] = []): Pmc {
    const own = this.bench.folder.at(`pmc${this.#managers++}`);
    return new Pmc(this.bench, [this.#pmc, '-u', '-b', '0', '-i', own, '-s', socket, ...args]);
  }

  /** Starts a management client on the network, over UDP and IPv4. */
  pmcOn(machine: Machine, name: string): Pmc {
    const own = this.bench.folder.at(`pmc${this.#managers++}`);
    const inside = ['ip', 'netns', 'exec', machine.namespace];
    return new Pmc(this.bench, [...inside, this.#pmc, '-4', '-b', '1', '-i', name, '-s', own]);
  }

  /** Reads a data set of the clock at `socket` through pmc. Keys are linuxptp's names. */
  async ask(socket: string, what: string, args: readonly string[] = []): Promise<ReadonlyMap<string, string>> {
    const key = [socket, ...args].join(' ');
    const pmc = this.#askers.get(key) ?? this.pmcAt(socket, args);
    this.#askers.set(key, pmc);
    return (await pmc.ask(`GET ${what}`)).values;
  }

  /** Returns the path of a configuration that comes with linuxptp. */
  config(name: string): string {
    return join(this.linuxptp.folder, 'usr/share/doc/linuxptp/configs', name);
  }

  #addNamespace(namespace: string): void {
    try {
      ip('netns', 'add', namespace);
    } catch (cause) {
      throw new NoNamespaces('network namespaces cannot be made here', { cause });
    }
    this.bench.later(() => ip('netns', 'delete', namespace));
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
  }

  #joinAll(): void {
    const bridge = `timehub-ptp-${process.pid}-switch`;
    this.#addNamespace(bridge);
    ip('-n', bridge, 'link', 'add', 'bridge', 'type', 'bridge', 'forward_delay', '0', 'mcast_snooping', '0');
    ip('-n', bridge, 'link', 'set', 'bridge', 'up');
    for (const [n, { namespace, near }] of this.machines.entries()) {
      const plug = `port${n}`;
      ip('link', 'add', near, 'netns', namespace, 'type', 'veth', 'peer', 'name', plug, 'netns', bridge);
      ip('-n', bridge, 'link', 'set', plug, 'master', 'bridge', 'up');
      ip('-n', namespace, 'address', 'add', `10.99.0.${n + 1}/24`, 'dev', near);
      ip('-n', namespace, 'link', 'set', near, 'up');
    }
  }

  #join(left: Machine, right: Machine, n: number): void {
    const peer = ['type', 'veth', 'peer', 'name', right.near, 'netns', right.namespace];
    ip('link', 'add', left.far, 'netns', left.namespace, ...peer);
    for (const [machine, name, host] of [
      [left, left.far, 1],
      [right, right.near, 2],
    ] as const) {
      ip('-n', machine.namespace, 'address', 'add', `10.99.${n}.${host}/24`, 'dev', name);
      ip('-n', machine.namespace, 'address', 'add', `fd99:${n}::${host}/64`, 'dev', name, 'nodad');
      machine.setLink(name, 'up');
    }
  }
}

const ip = (...parameters: string[]): void => {
  execFileSync('ip', parameters, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 20_000 });
};

export const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** Returns the quantile `share` (0 … 1) of the magnitudes. */
export const quantileOf = (values: readonly number[], share: number): number =>
  values.map(Math.abs).sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;
