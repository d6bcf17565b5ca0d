import type { Context } from 'timehub/api';
import { type ClockIdentity, clockIdentityOfMac } from 'timehub/protocol/ptp';

const LOCALLY_ADMINISTERED = 0x02;

/** Makes an identity of the interface's MAC address, or a random one (IEEE 1588-2019 §7.5.2.2.3: locally administered). */
export function ownIdentity(context: Context, name: string | undefined): ClockIdentity {
  const mac = name === undefined ? '' : context.network.interface(name).mac;
  const ofMac = clockIdentityOfMac(mac);
  if (ofMac !== undefined) return ofMac;
  const octets = Uint8Array.from(context.random(8));
  octets[0] = (octets[0]! & 0xfe) | LOCALLY_ADMINISTERED;
  return Buffer.from(octets).toString('hex');
}
