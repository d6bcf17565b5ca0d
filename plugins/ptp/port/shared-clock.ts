import { type Context, HubError, type NetworkInterface } from 'timehub/api';
import { type ClockIdentity, clockIdentityOfMac, type PortIdentity, parseClockIdentity } from 'timehub/protocol/ptp';
import type { PortConfig } from './port-config.js';

/** The PTP clock of this hub, to which its ports belong (IEEE 1588-2019 §7.5.2). */
export class SharedClock {
  /** Identity of all ports without a configured one. */
  readonly identity: ClockIdentity;
  readonly #ports = new Set<PortIdentity>();

  constructor(identity: ClockIdentity) {
    this.identity = identity;
  }

  /** Adds a port until `signal` is aborted. */
  join(port: PortIdentity, signal: AbortSignal): void {
    this.#ports.add(port);
    signal.addEventListener('abort', () => this.#ports.delete(port), { once: true });
  }

  /** Returns defaultDS.numberPorts of the clock with this port. */
  portsBeside({ clock }: PortIdentity): number {
    return [...this.#ports].filter((port) => port.clock === clock).length;
  }
}

/**
 * Returns the clock of this hub and the identity of a new port: all ports have the same clock identity and different numbers,
 * so that each recognises Announces of the others as its own. Throws `TH_PTP_IDENTITY`.
 */
export function joinSharedClock(context: Context, config: PortConfig, port: Pick<NetworkInterface, 'name' | 'mac'>) {
  const given = config['clock-identity'];
  const own = given === undefined ? undefined : parseClockIdentity(given);
  const sharedClock = context.common(() => new SharedClock(own ?? identityOfMac(port)));
  const identity = { clock: own ?? sharedClock.identity, port: config['port-number'] ?? context.ordinal };
  sharedClock.join(identity, context.signal);
  return { sharedClock, identity };
}

function identityOfMac({ name, mac }: Pick<NetworkInterface, 'name' | 'mac'>): ClockIdentity {
  const identity = clockIdentityOfMac(mac);
  if (identity !== undefined) return identity;
  throw new HubError('TH_PTP_IDENTITY', `${name} has no MAC address to make a clock identity of`, {
    hint: 'give one: clock-identity = "001122.fffe.334455"',
  });
}
