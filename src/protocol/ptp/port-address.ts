import { type Field, octets } from './field.js';
import { u16 } from './number.js';

/** IEEE 1588-2019 §5.3.6. */
export interface PortAddress {
  /** 1: UDP over IPv4, 2: UDP over IPv6, 3: IEEE 802.3 (table 3). */
  readonly protocol: number;
  readonly address: Uint8Array;
}

/** No address: networkProtocol 0 is reserved. */
export const NO_ADDRESS: PortAddress = { protocol: 0, address: new Uint8Array(0) };

export const portAddress: Field<PortAddress> = {
  read(from) {
    const protocol = u16.read(from);
    const length = u16.read(from);
    if (protocol === undefined || length === undefined) return undefined;
    const address = octets(length).read(from);
    return address === undefined ? undefined : { protocol, address };
  },
  write(to, { protocol, address }) {
    u16.write(to, protocol);
    u16.write(to, address.length);
    octets(address.length).write(to, address);
  },
};
