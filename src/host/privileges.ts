import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import type { Need } from '../api/index.js';

/** Bits of capabilities(7). */
const CAPABILITIES = { sys_time: 25, net_raw: 13, net_admin: 12, net_bind_service: 10 } as const;
type Capability = keyof typeof CAPABILITIES;

/** The device nodes of a need. */
const DEVICES = {
  'dev:ptp': { pattern: /^ptp\d+$/, what: 'PTP hardware clock (/dev/ptp*)' },
  'dev:pps': { pattern: /^pps\d+$/, what: 'PPS device (/dev/pps*)' },
  'dev:tty': { pattern: /^tty(S|USB|ACM|AMA)\d+$/, what: 'serial port (/dev/ttyS*, ttyUSB*, ttyACM*, ttyAMA*)' },
} as const;

/** Returns the reason why this process cannot meet the need, a sentence; empty when it can. */
export function lacks(need: Need): string {
  switch (need) {
    case 'cap:sys_time':
    case 'cap:net_raw':
    case 'cap:net_admin':
    case 'cap:net_bind_service':
      return lacksCapability(need.slice('cap:'.length) as Capability);
    default:
      return lacksDevice(DEVICES[need]);
  }
}

/** Returns the reason why this process lacks the capability; empty when it has it. Reads /proc and tries nothing. */
export function lacksCapability(capability: Capability): string {
  const name = `CAP_${capability.toUpperCase()}`;
  if ((effectiveCapabilities() >> BigInt(CAPABILITIES[capability])) & 1n) return '';
  return `this process lacks ${name} (run it as root, or with AmbientCapabilities=${name} in its systemd unit)`;
}

/** Returns true in a user namespace (rootless containers), where capabilities do not apply to the machine's clock. */
export function inUserNamespace(): boolean {
  const map = read('/proc/self/uid_map').trim().split(/\s+/);
  return map.length === 3 && map.join(' ') !== '0 0 4294967295';
}

function effectiveCapabilities(): bigint {
  const line = /^CapEff:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status'));
  return line === null ? 0n : BigInt(`0x${line[1]}`);
}

function lacksDevice({ pattern, what }: (typeof DEVICES)[keyof typeof DEVICES]): string {
  const nodes = readdirSync('/dev').filter((name) => pattern.test(name));
  if (nodes.length === 0) return `this machine has no ${what}`;
  if (nodes.some((name) => mayOpen(`/dev/${name}`))) return '';
  return `this process may not open ${nodes.map((name) => `/dev/${name}`).join(', ')}: add its user to the group that owns it`;
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
