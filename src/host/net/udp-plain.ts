import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv4, isIPv6 } from 'node:net';
import {
  type Datagram,
  type Endpoint,
  HubError,
  type Stamp,
  type UdpOptions,
  type UdpSocket,
} from '../../api/index.js';
import { inContext } from '../handler.js';
import { errorName, noAddon, openError, sendError } from './net-error.js';
import { localAddress } from './udp.js';

/**
 * Opens a UDP socket on node:dgram, for machines without the addon. Receive stamps are taken in JavaScript when the datagram is
 * handled, transmit stamps do not exist, and `to` is the address that the socket is bound to. Send errors are reported to
 * `onNetworkError`. Throws `TH_NET_NO_ADDON` if `options.interface` is given.
 */
export function openPlainUdp(options: UdpOptions, now: () => Stamp): UdpSocket {
  if (options.interface !== undefined) throw noAddon(`a socket on the interface ${options.interface} alone`);
  const address = localAddress(options);
  try {
    return new PlainUdpSocket(address, options, now);
  } catch (error) {
    const chosen = options.address !== undefined || options.family !== undefined || address !== '::';
    if (!chosen && errorName(error) === 'EAFNOSUPPORT') return openPlainUdp({ ...options, family: 4 }, now);
    throw openError(error, { address, port: options.port ?? 0 }, options.peer);
  }
}

class PlainUdpSocket implements UdpSocket {
  readonly local: Endpoint;
  readonly stamps = 'user';
  readonly #socket: Socket;
  readonly #now: () => Stamp;
  readonly #connected: boolean;
  #next = 0;
  #open = true;
  #onNetworkError: ((error: Error) => void) | undefined;

  constructor(address: string, options: UdpOptions, now: () => Stamp) {
    this.#now = now;
    this.#connected = options.peer !== undefined;
    this.#socket = createSocket({
      type: isIPv4(address) ? 'udp4' : 'udp6',
      ipv6Only: options.family === 6,
      ...(options.receiveBuffer === undefined ? {} : { recvBufferSize: options.receiveBuffer }),
      // Addresses need no resolver. That dgram gets its answer at once makes bind and connect synchronous.
      lookup: (host, _options, done) => done(null, mapped(host, address), isIPv4(address) ? 4 : 6),
    });
    openNow(this.#socket, address, options);
    this.#socket.on('error', (error) => this.#onNetworkError?.(error));
    const bound = this.#socket.address();
    this.local = { address: bound.address, port: bound.port };
  }

  send(payload: Uint8Array, to?: Endpoint): { readonly id: number; readonly before: Stamp } {
    if (!this.#open) throw new HubError('TH_NET_SEND', 'the socket is closed');
    const before = this.#now();
    const copy = Buffer.from(payload);
    const done = (error: Error | null) => {
      if (error !== null && this.#open) this.#onNetworkError?.(sendError(error, to));
    };
    try {
      if (to === undefined || this.#connected) this.#socket.send(copy, done);
      else this.#socket.send(copy, to.port, to.address, done);
    } catch (error) {
      throw sendError(error, to);
    }
    return { id: this.#next++, before };
  }

  onDatagram(handler: (datagram: Datagram) => void): void {
    const bound = inContext(handler);
    this.#socket.removeAllListeners('message');
    this.#socket.on('message', (payload: Buffer, remote: RemoteInfo) => {
      const from = { address: unmapped(remote.address), port: remote.port };
      bound({ payload, from, to: this.local.address, received: this.#now() });
    });
  }

  onSent(): void {}

  onNetworkError(handler: (error: Error) => void): void {
    this.#onNetworkError = inContext(handler);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#socket.close();
  }
}

/** Binds and connects before it returns, or throws. */
function openNow(socket: Socket, address: string, options: UdpOptions): void {
  let failure: Error | undefined;
  const note = (error: Error) => {
    failure = error;
  };
  socket.on('error', note);
  socket.bind({ address, port: options.port ?? 0 });
  if (failure === undefined && options.peer !== undefined) socket.connect(options.peer.port, options.peer.address);
  socket.off('error', note);
  if (failure === undefined) return;
  socket.close();
  throw failure;
}

const mapped = (host: string, own: string): string => (isIPv4(host) && isIPv6(own) ? `::ffff:${host}` : host);
const unmapped = (host: string): string => (host.startsWith('::ffff:') && isIPv4(host.slice(7)) ? host.slice(7) : host);
