import { networkInterfaces } from 'node:os';
import type { Network, Stamp } from '../api/index.js';
import type { Native } from './native.js';
import { resolveName } from './resolve.js';
import { connectTcp } from './tcp.js';
import { openUdp } from './udp.js';
import { openPlainUdp } from './udp-plain.js';

/** The real network. Without the addon its UDP sockets stamp in JavaScript, by `now`. */
export const openNetwork = (native: Native | undefined, now: () => Stamp): Network => ({
  udp: (options) => (native === undefined ? openPlainUdp(options, now) : openUdp(native, options)),
  tcp: connectTcp,
  resolve: resolveName,
  addresses: () => Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
});
