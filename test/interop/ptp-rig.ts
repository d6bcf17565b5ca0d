import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { type Launched, run } from '../launch.js';
import { need, skip } from '../need.js';
import type { Peer } from '../peers.js';
import { until } from '../poll.js';

/** A machine of the rig: a network namespace. All share one system clock, so that every true offset is zero. */
export class Machine {
  readonly namespace: string;
  /** Towards the machine before it in the line, and after it. */
  readonly near: string;
  readonly far: string;
  readonly #rig: PtpRig;

  constructor(rig: PtpRig, namespace: string, n: number) {
    this.#rig = rig;
    this.namespace = namespace;
    this.near = `v${n}n`;
    this.far = `v${n}f`;
  }

  /** ptp4l that stamps in software and steers nothing. */
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

  hub(config: string): Promise<Hub> {
    const { bench } = this.#rig;
    return Hub.startAs(bench, this.namespace, ['ip', 'netns', 'exec', this.namespace], config);
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
   * Its next `count` offsets from its master, ns, one for each Sync. It prints one a second only; pmc is faster. `args`: what
   * pmc must know of domain and profile.
   */
  async nextOffsets(count: number, args: readonly string[], timeoutMs: number): Promise<readonly number[]> {
    await this.process.printed(/to (UNCALIBRATED|SLAVE)/, 30_000);
    const { bench, pmc } = this.#rig;
    const own = `${this.socket}.pmc`;
    const child = spawn(pmc, ['-u', '-b', '0', '-i', own, '-s', this.socket, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    bench.later(() => child.kill());
    const byIngress = new Map<string, number>();
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const match of text.matchAll(/master_offset +(-?\d+)\s+ingress_time +(\d+)\s+cumulative/g)) {
        byIngress.set(match[2]!, Number(match[1]));
      }
      text = text.slice(Math.max(0, text.lastIndexOf('sending')));
    });
    const timer = setInterval(() => child.stdin.write('GET TIME_STATUS_NP\n'), POLL_MS);
    try {
      await until(
        async () => byIngress.size,
        (size) => size >= SETTLING + count,
        timeoutMs,
      );
    } finally {
      clearInterval(timer);
      child.kill();
    }
    return [...byIngress.values()].slice(SETTLING, SETTLING + count);
  }
}

/** Half an interval between Syncs. */
const POLL_MS = 60;
/** The first offsets lack a delay. */
const SETTLING = 16;

/** Machines in a line, each joined to the next by a pair of virtual interfaces. */
export class PtpRig {
  readonly bench: Bench;
  readonly linuxptp: Peer;
  readonly machines: readonly Machine[];
  /** The management client. */
  readonly pmc: string;

  /** Skips where one may not make network namespaces, or linuxptp is missing. */
  static make(context: Mocha.Context, bench: Bench, count: number): PtpRig {
    const linuxptp = need(context, 'linuxptp');
    if (process.getuid?.() !== 0) skip(context, 'network namespaces can be made by root only');
    return new PtpRig(context, bench, linuxptp, count);
  }

  private constructor(context: Mocha.Context, bench: Bench, linuxptp: Peer, count: number) {
    this.bench = bench;
    this.linuxptp = linuxptp;
    this.pmc = join(linuxptp.folder, 'usr/sbin/pmc');
    this.machines = Array.from(
      { length: count },
      (_, n) => new Machine(this, `timehub-ptp-${process.pid}-${String.fromCharCode(97 + n)}`, n),
    );
    for (const { namespace } of this.machines) {
      try {
        ip('netns', 'add', namespace);
      } catch {
        skip(context, 'network namespaces cannot be made here');
      }
      bench.later(() => ip('netns', 'delete', namespace));
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
    }
    for (let n = 0; n + 1 < count; n++) this.#join(this.machines[n]!, this.machines[n + 1]!, n);
  }

  /** What a management client reads of a clock at `socket`, by linuxptp's names. */
  async ask(socket: string, what: string, args: readonly string[] = []): Promise<ReadonlyMap<string, string>> {
    const own = this.bench.folder.at('pmc.sock');
    const { output } = await run(this.pmc, ['-u', '-b', '0', '-i', own, '-s', socket, ...args, `GET ${what}`]);
    return new Map([...output.matchAll(/^\t\t(\S+) +(\S+)/gm)].map(([, name, value]) => [name!, value!]));
  }

  /** One of the configurations that come with linuxptp. */
  config(name: string): string {
    return join(this.linuxptp.folder, 'usr/share/doc/linuxptp/configs', name);
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

/** The value that this share of the magnitudes does not exceed. */
export const quantileOf = (values: readonly number[], share: number): number =>
  values.map(Math.abs).sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;
