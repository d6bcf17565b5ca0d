import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Bench } from '../bench.js';
import { skip } from '../need.js';
import {
  ATTACKER_ADDRESSES,
  HUB_ADDRESS,
  HUB_INTERFACE,
  OTHERS_ADDRESS,
  OTHERS_INTERFACE,
  PREFIX,
} from './addresses.js';

/** The route for replies to forged addresses. */
const EVERYWHERE = 'default';
const MULTICAST = '224.0.0.0/4';

/**
 * Returns a prefix that gives a command priority over others of the machine, as nice(1) does. The command has its own session,
 * because the kernel weighs sessions before processes (sched(7), autogroup). A real-time class does not work: in it the
 * threads of a Node.js process wait for each other.
 */
const niced = (nice: number): readonly string[] => [
  ...['setsid', 'sh', '-c', `echo ${nice} >/proc/self/autogroup; exec nice -n ${nice} "$@"`, 'sh'],
];

/** Prefixes that give these programs priority over all others, so that other programs do not affect the figures. */
const BEFORE_OTHERS = {
  attacker: niced(-10),
  hub: niced(-20),
  client: niced(-20),
  server: ['chrt', '--fifo', '30'],
} as const;

/**
 * Two network namespaces, joined by a pair of virtual interfaces: the hub's machine, and the others' machine, to which replies
 * to forged addresses are routed. If there are two CPUs, the hub has its own, so that the scheduler does not affect the
 * figures.
 */
export class Network {
  readonly #hub = `timehub-hostile-${process.pid}-hub`;
  readonly #others = `timehub-hostile-${process.pid}-others`;

  /** Skips the test if network namespaces cannot be made. */
  static make(context: Mocha.Context, bench: Bench): Network {
    if (process.getuid?.() !== 0) skip(context, 'network namespaces can be made by root only');
    return new Network(bench);
  }

  constructor(bench: Bench) {
    for (const namespace of [this.#hub, this.#others]) {
      ip('netns', 'add', namespace);
      bench.later(() => ip('netns', 'delete', namespace));
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
    }
    const other = ['type', 'veth', 'peer', 'name', OTHERS_INTERFACE, 'netns', this.#others];
    ip('link', 'add', HUB_INTERFACE, 'netns', this.#hub, ...other);
    for (const [namespace, name, address] of [
      [this.#hub, HUB_INTERFACE, HUB_ADDRESS],
      [this.#others, OTHERS_INTERFACE, OTHERS_ADDRESS],
    ] as const) {
      ip('-n', namespace, 'address', 'add', `${address}/${PREFIX}`, 'dev', name);
      ip('-n', namespace, 'link', 'set', name, 'up');
      ip('-n', namespace, 'route', 'add', MULTICAST, 'dev', name);
    }
    for (const address of ATTACKER_ADDRESSES)
      ip('-n', this.#others, 'address', 'add', `${address}/${PREFIX}`, 'dev', OTHERS_INTERFACE);
    ip('-n', this.#hub, 'route', 'add', EVERYWHERE, 'via', OTHERS_ADDRESS);
    // A client that never reads has a small buffer: the rest stays in the hub's buffer.
    this.#set('net.ipv4.tcp_rmem', '4096 4096 4096');
    this.#set('net.ipv4.ip_local_port_range', '1024 65535');
  }

  /** Prefix of the hub's command line. */
  get asHub(): readonly string[] {
    return [...on(this.#hub, firstCpu), ...BEFORE_OTHERS.hub];
  }

  /** Prefix for a server that the hub follows: on the hub's machine, with priority over all else. */
  get asServer(): readonly string[] {
    return [...on(this.#hub, firstCpu), ...BEFORE_OTHERS.server];
  }

  /** Prefix for a client: on another machine, with priority over the attack. */
  get asClient(): readonly string[] {
    return [...on(this.#others, lastCpu), ...BEFORE_OTHERS.client];
  }

  asAttacker(from: 'others' | 'hub'): readonly string[] {
    return [...on(from === 'hub' ? this.#hub : this.#others, lastCpu), ...BEFORE_OTHERS.attacker];
  }

  #set(name: string, value: string): void {
    execFileSync('ip', ['netns', 'exec', this.#others, 'sysctl', '-qw', `${name}=${value}`]);
  }
}

const [firstCpu, lastCpu] = cpus();

const on = (namespace: string, cpu: string): readonly string[] => [
  ...['ip', 'netns', 'exec', namespace],
  ...['taskset', '-c', cpu],
];

/** Returns the first and the last CPU that this process may use. */
function cpus(): readonly [string, string] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]!;
  const numbers = list.split(/[-,]/);
  return [numbers[0]!, numbers.at(-1)!];
}

function ip(...parameters: string[]): void {
  execFileSync('ip', parameters, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 20_000 });
}
