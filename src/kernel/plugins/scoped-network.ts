import {
  type EthernetSocket,
  HubError,
  type Network,
  type TlsConnection,
  type UdpSocket,
  type UnixDatagramSocket,
} from '../../api/index.js';
import type { Scope } from './scope.js';

/**
 * Returns the host's network for one run: its sockets end with the run, and handlers run in its scope. The run crashes when
 * an interface of its sockets was removed and made again: sockets and groups of the old interface receive nothing.
 */
export function scopedNetwork(network: Network, scope: Scope): Network {
  const interfaces = new Set<string>();
  const stayWith = (name: string | undefined): void => {
    if (name === undefined || interfaces.has(name)) return;
    interfaces.add(name);
    const { index } = network.interface(name);
    const look = (running: boolean): void => {
      if (running && network.interface(name).index !== index) throw replaced(network, name);
    };
    owned(network.onLink(name, scope.guard(look)), scope);
  };
  return {
    udp(options) {
      stayWith(options.interface);
      return scopedUdp(network.udp(options), scope);
    },
    ethernet(options) {
      stayWith(options.interface);
      return scopedEthernet(network.ethernet(options), scope);
    },
    unixDatagram: (options) => scopedUnixDatagram(network.unixDatagram(options), scope),
    pdelayResponder(options) {
      stayWith(options.socket?.interface);
      const responder = network.pdelayResponder(options);
      return responder && { ...owned(responder, scope), counts: () => responder.counts() };
    },
    interface: (name) => network.interface(name),
    onLink: (name, handler) => owned(network.onLink(name, scope.guard(handler)), scope),
    async tcp(to, timeoutNs) {
      const connection = await network.tcp(to, timeoutNs);
      const disown = scope.own(() => connection.close());
      connection.onClose(disown);
      if (scope.signal.aborted) connection.close();
      return {
        write: (text) => connection.write(text),
        onData: (handler) => connection.onData(scope.guard(handler)),
        onClose: (handler) => connection.onClose(scope.guard(handler)),
        pause: () => connection.pause(),
        resume: () => connection.resume(),
        close: () => connection.close(),
      };
    },
    async tls(options) {
      const client = await network.tls(options);
      const { judgedAt, validFrom, validUntil } = client;
      return { ...scopedTls(client, scope), judgedAt, validFrom, validUntil };
    },
    async tlsServer(options) {
      const server = await network.tlsServer(options);
      const ended = owned(server, scope);
      if (scope.signal.aborted) server.close();
      return {
        ...ended,
        local: server.local,
        use: (identity) => server.use(identity),
        onConnection: (handler) =>
          server.onConnection((connection) => scope.guard(handler)(scopedTls(connection, scope))),
        onRefused: (handler) => server.onRefused(scope.guard(handler)),
      };
    },
    resolve: (host, family) => network.resolve(host, family),
    addresses: () => network.addresses(),
  };
}

const replaced = (network: Network, name: string): HubError =>
  new HubError('TH_NET_INTERFACE_REPLACED', `${name} was removed and made again`, {
    isOver: () => network.interface(name).running,
  });

function scopedUdp(socket: UdpSocket, scope: Scope): UdpSocket {
  return {
    ...owned(socket, scope),
    local: socket.local,
    stamps: socket.stamps,
    send: (payload, to, from) => socket.send(payload, to, from),
    onDatagram: (handler) => socket.onDatagram(scope.guard(handler)),
    onSent: (handler) => socket.onSent(scope.guard(handler)),
    onNetworkError: (handler) => socket.onNetworkError(scope.guard(handler)),
  };
}

function scopedEthernet(socket: EthernetSocket, scope: Scope): EthernetSocket {
  return {
    ...owned(socket, scope),
    mac: socket.mac,
    stamps: socket.stamps,
    send: (payload, to) => socket.send(payload, to),
    onFrame: (handler) => socket.onFrame(scope.guard(handler)),
    onSent: (handler) => socket.onSent(scope.guard(handler)),
  };
}

function scopedUnixDatagram(socket: UnixDatagramSocket, scope: Scope): UnixDatagramSocket {
  return {
    ...owned(socket, scope),
    path: socket.path,
    send: (payload, to) => socket.send(payload, to),
    onDatagram: (handler) => socket.onDatagram(scope.guard(handler)),
  };
}

function scopedTls(connection: TlsConnection, scope: Scope): TlsConnection {
  const disown = scope.own(() => connection.close());
  let onClose: (() => void) | undefined;
  let closed: { readonly error: Error | undefined } | undefined;
  connection.onClose((error) => {
    disown();
    closed = { error };
    onClose?.();
  });
  if (scope.signal.aborted) connection.close();
  return {
    peer: connection.peer,
    isTrusted: connection.isTrusted,
    write: (octets) => connection.write(octets),
    end: (octets) => connection.end(octets),
    exportKey: (label, context, octets) => connection.exportKey(label, context, octets),
    onData: (handler) => connection.onData(scope.guard(handler)),
    onClose: (handler) => {
      onClose = scope.guard(() => handler(closed!.error));
      if (closed !== undefined) queueMicrotask(onClose);
    },
    close: () => connection.close(),
  };
}

/** Closes a socket at the end of the run, unless it was closed before. */
function owned(thing: { close(): void }, scope: Scope): { close(): void } {
  const disown = scope.own(() => thing.close());
  return {
    close() {
      disown();
      thing.close();
    },
  };
}
