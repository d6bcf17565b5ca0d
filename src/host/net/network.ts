import { networkInterfaces } from 'node:os';
import type { Network, Stamp } from '../../api/index.js';
import type { Native } from '../native.js';
import { openEthernet } from './ethernet.js';
import { readInterface } from './interface.js';
import { Links } from './links.js';
import { noAddon } from './net-error.js';
import { openPdelayResponder } from './pdelay.js';
import { PortSharing } from './port-sharing.js';
import { resolveName } from './resolve.js';
import { connectTcp } from './tcp.js';
import { chainJudge, connectTls } from './tls.js';
import { listenTls } from './tls-server.js';
import { openUdp } from './udp.js';
import { openPlainUdp } from './udp-plain.js';
import { openUnixDatagram } from './unix-datagram.js';

/** Opens the machine's network. Without the addon it offers UDP sockets only, which stamp in JavaScript with `now`. */
export function openNetwork(native: Native | undefined, now: () => Stamp): Network {
  const links = native === undefined ? undefined : new Links(native);
  const sharing = new PortSharing();
  const judge = native === undefined ? undefined : chainJudge(native);
  const need = (what: string): Native => {
    if (native === undefined) throw noAddon(what);
    return native;
  };
  return {
    udp: (options) => (native === undefined ? openPlainUdp(options, now) : openUdp(native, options, sharing)),
    ethernet: (options) => openEthernet(need('a layer 2 socket'), options),
    unixDatagram: (options) => openUnixDatagram(need('a Unix datagram socket'), options),
    pdelayResponder: (options) => (native === undefined ? undefined : openPdelayResponder(native, options)),
    interface: (name) => readInterface(need('a look at a network interface'), name),
    onLink(name, handler) {
      if (links === undefined) throw noAddon('a watch on a network interface');
      return links.watch(name, handler);
    },
    tcp: connectTcp,
    tls: (options) => connectTls(options, judge),
    tlsServer: listenTls,
    resolve: resolveName,
    addresses: () => Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
  };
}
