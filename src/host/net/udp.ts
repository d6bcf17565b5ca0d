import { isIP, isIPv4 } from 'node:net';
import {
  type Datagram,
  type Endpoint,
  HubError,
  type Stamp,
  type StampClass,
  type UdpOptions,
  type UdpSocket,
} from '../../api/index.js';
import { ContextOfHandlers } from '../handler.js';
import type { BatchHandler, Native } from '../native.js';
import { type Arena, arenaOf, DATAGRAM, SENT } from './arena.js';
import { grantStamps, isSpoilt, type StampGrant, stampOf } from './hardware-stamps.js';
import {
  errorName,
  explain,
  formatEndpoint,
  nameOf,
  noInterface,
  noOwnAddress,
  openError,
  sendError,
  succeeds,
} from './net-error.js';
import type { PortSharing, Sharer } from './port-sharing.js';

/** Returns the local address to bind: the given one, all addresses of the given family, or else `::` (IPv6 and IPv4). */
export function localAddress(options: UdpOptions): string {
  if (options.address !== undefined) {
    if (isIP(options.address) === 0) throw noOwnAddress(options.address);
    return options.address;
  }
  const family = options.family ?? (options.peer === undefined ? undefined : isIPv4(options.peer.address) ? 4 : 6);
  return family === 4 ? '0.0.0.0' : '::';
}

/** Port of PTP event messages (IEEE 1588-2019 annex C). Hardware that stamps only PTP stamps only these. */
const PTP_EVENT_PORT = 319;

/**
 * Opens a socket with kernel or hardware stamps. Throws `TH_NET_PORT_BUSY`, `TH_NET_PORT_PRIVILEGE`, `TH_NET_ADDRESS`,
 * `TH_NET_INTERFACE`, `TH_NET_OPEN`, `TH_NET_CONNECT` when there is no route to the peer, and `TH_NET_HWTSTAMP_*`.
 */
export function openUdp(native: Native, options: UdpOptions, sharing: PortSharing): UdpSocket {
  const address = localAddress(options);
  if (options.groups !== undefined && options.interface === undefined) throw new TypeError('groups need an interface');
  const grant = grantStamps(native, options, options.port === PTP_EVENT_PORT ? 'l4' : 'all');
  try {
    return new KernelUdpSocket(native, address, options, { grant, sharing });
  } catch (error) {
    grant?.release();
    const isOver = succeeds(() => native.close(bind(native, address, options, () => {})));
    if (options.interface !== undefined && errorName(error) === 'ENODEV')
      throw noInterface(options.interface, error, isOver);
    // A kernel booted without IPv6 has only IPv4.
    const chosen = options.address !== undefined || options.family !== undefined || address !== '::';
    if (!chosen && errorName(error) === 'EAFNOSUPPORT') return openUdp(native, { ...options, family: 4 }, sharing);
    throw openError(error, { address, port: options.port ?? 0 }, options.peer, isOver);
  }
}

function bind(native: Native, address: string, { peer, family, ...others }: UdpOptions, onBatch: BatchHandler): number {
  return native.openUdp(
    { ...others, address, v6Only: family === 6, peer: peer?.address, peerPort: peer?.port },
    onBatch,
  );
}

interface Surroundings {
  readonly grant: StampGrant | undefined;
  readonly sharing: PortSharing;
}

class KernelUdpSocket implements UdpSocket {
  readonly local: Endpoint;
  readonly stamps: StampClass;
  readonly #native: Native;
  readonly #grant: StampGrant | undefined;
  readonly #sharing: PortSharing;
  readonly #sharer: Sharer | undefined;
  readonly #leave: (() => void) | undefined;
  readonly #socket: number;
  readonly #before = new BigInt64Array(3);
  readonly #context = new ContextOfHandlers();
  #open = true;
  #onDatagram: ((datagram: Datagram) => void) | undefined;
  #onSent: ((id: number, sent: Stamp) => void) | undefined;
  #onNetworkError: ((error: Error, to: Endpoint) => void) | undefined;

  constructor(native: Native, address: string, options: UdpOptions, { grant, sharing }: Surroundings) {
    this.#native = native;
    this.#grant = grant;
    this.#sharing = sharing;
    this.stamps = grant === undefined ? 'kernel' : 'hardware';
    this.#socket = bind(native, address, options, (buffer, count) => {
      this.#context.run(() => this.#deliver(arenaOf(buffer), count));
    });
    this.local = native.local(this.#socket);
    if (options.reuse !== true) return;
    this.#sharer = {
      options,
      address: this.local.address,
      stamps: this.stamps,
      hear: (datagram) => this.#context.run(() => this.#onDatagram?.(datagram)),
    };
    this.#leave = sharing.join(this.local.port, this.#sharer);
  }

  send(payload: Uint8Array, to?: Endpoint, from?: string): { readonly id: number; readonly before: Stamp } {
    if (!this.#open) throw new HubError('TH_NET_SEND', 'the socket is closed');
    const before = this.#before;
    let id: number;
    try {
      id = this.#native.send(this.#socket, payload, to?.address, to?.port ?? 0, from, before);
    } catch (error) {
      throw error instanceof TypeError ? error : sendError(error, to);
    }
    return { id, before: { clock: 'system', time: before[0]!, monotonic: before[1]!, by: 'user' } };
  }

  onDatagram(handler: (datagram: Datagram) => void): void {
    this.#onDatagram = this.#context.guard(handler);
  }

  onSent(handler: (id: number, sent: Stamp) => void): void {
    this.#onSent = this.#context.guard(handler);
  }

  onNetworkError(handler: (error: Error, to?: Endpoint) => void): void {
    this.#onNetworkError = this.#context.guard(handler);
  }

  close(): void {
    this.#open = false;
    this.#leave?.();
    this.#native.close(this.#socket);
    this.#grant?.release();
  }

  #deliver(arena: Arena, count: number): void {
    for (let record = 0; record < count && this.#open && arena.intact(); record++) {
      const kind = arena.kind(record);
      if (kind !== DATAGRAM && kind !== SENT) {
        this.#failed(nameOf(arena.number(record)), { address: arena.from(record), port: arena.port(record) });
        continue;
      }
      const stamp = stampOf(arena, record, this.#grant);
      // As a lost packet.
      if (isSpoilt(stamp, this.#grant)) continue;
      if (kind === SENT) this.#onSent?.(arena.number(record), stamp);
      else this.#hear(datagramOf(arena, record, stamp), arena.toMany(record));
    }
  }

  #failed(code: string, to: Endpoint): void {
    this.#onNetworkError?.(Object.assign(new Error(`${formatEndpoint(to)}: ${explain(code)}`), { code }), to);
  }

  /** Delivers a datagram. The kernel has already given a multicast datagram to the other sockets of the port. */
  #hear(datagram: Datagram, toMany: boolean): void {
    this.#onDatagram?.(datagram);
    if (this.#sharer !== undefined && !toMany) this.#sharing.pass(this.local.port, this.#sharer, datagram);
  }
}

const datagramOf = (arena: Arena, record: number, received: Stamp): Datagram => ({
  payload: arena.payload(record),
  from: { address: arena.from(record), port: arena.port(record) },
  to: arena.to(record),
  received,
});
