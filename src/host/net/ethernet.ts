import {
  type EthernetOptions,
  type EthernetSocket,
  type Frame,
  HubError,
  type Stamp,
  type StampClass,
} from '../../api/index.js';
import { inContext } from '../handler.js';
import type { Native } from '../native.js';
import { type Arena, arenaOf, DATAGRAM, SENT } from './arena.js';
import { grantStamps, isSpoilt, type StampGrant, stampOf } from './hardware-stamps.js';
import { readInterface } from './interface.js';
import { because, errorName, noInterface, sendError, succeeds } from './net-error.js';

/** Opens a layer 2 socket. Throws `TH_NET_INTERFACE`, `TH_NET_RAW_PRIVILEGE`, `TH_NET_OPEN`, `TH_NET_HWTSTAMP_*`. */
export function openEthernet(native: Native, options: EthernetOptions): EthernetSocket {
  const { mac } = readInterface(native, options.interface);
  const grant = grantStamps(native, options, 'l2');
  try {
    return new KernelEthernetSocket(native, mac, options, grant);
  } catch (error) {
    grant?.release();
    if (error instanceof TypeError) throw error;
    throw openError(
      error,
      options.interface,
      succeeds(() => native.close(native.openEthernet(options, () => {}))),
    );
  }
}

class KernelEthernetSocket implements EthernetSocket {
  readonly mac: string;
  readonly stamps: StampClass;
  readonly #native: Native;
  readonly #interface: string;
  readonly #grant: StampGrant | undefined;
  readonly #socket: number;
  readonly #before = new BigInt64Array(3);
  #open = true;
  #onFrame: ((frame: Frame) => void) | undefined;
  #onSent: ((id: number, sent: Stamp) => void) | undefined;

  constructor(native: Native, mac: string, options: EthernetOptions, grant: StampGrant | undefined) {
    this.mac = mac;
    this.stamps = grant === undefined ? 'kernel' : 'hardware';
    this.#native = native;
    this.#interface = options.interface;
    this.#grant = grant;
    this.#socket = native.openEthernet(options, (buffer, count) => this.#deliver(arenaOf(buffer), count));
  }

  send(payload: Uint8Array, to: string): { readonly id: number; readonly before: Stamp } {
    if (!this.#open) throw new HubError('TH_NET_SEND', 'the socket is closed');
    const before = this.#before;
    let id: number;
    try {
      id = this.#native.sendEthernet(this.#socket, payload, to, before);
    } catch (error) {
      throw error instanceof TypeError ? error : sendError(error, `${to} over ${this.#interface}`);
    }
    return { id, before: { clock: 'system', time: before[0]!, monotonic: before[1]!, by: 'user' } };
  }

  onFrame(handler: (frame: Frame) => void): void {
    this.#onFrame = inContext(handler);
  }

  onSent(handler: (id: number, sent: Stamp) => void): void {
    this.#onSent = inContext(handler);
  }

  close(): void {
    this.#open = false;
    this.#native.close(this.#socket);
    this.#grant?.release();
  }

  #deliver(arena: Arena, count: number): void {
    for (let record = 0; record < count && this.#open && arena.intact(); record++) {
      const kind = arena.kind(record);
      const stamp = stampOf(arena, record, this.#grant);
      // As a lost packet.
      if (isSpoilt(stamp, this.#grant)) continue;
      if (kind === SENT) this.#onSent?.(arena.number(record), stamp);
      if (kind !== DATAGRAM) continue;
      this.#onFrame?.({
        payload: arena.payload(record),
        from: arena.from(record),
        to: arena.to(record),
        received: stamp,
      });
    }
  }
}

function openError(error: unknown, name: string, isOver: () => boolean): HubError {
  switch (errorName(error)) {
    case 'EPERM':
    case 'EACCES':
      return new HubError('TH_NET_RAW_PRIVILEGE', `this process may not open a layer 2 socket on ${name}`, {
        cause: error,
        hint: 'give it CAP_NET_RAW (systemd: AmbientCapabilities=)',
      });
    case 'ENODEV':
      return noInterface(name, error, isOver);
    case 'EAFNOSUPPORT':
      return new HubError('TH_NET_OPEN', `${name} is not an Ethernet interface`, { cause: error });
    default:
      return new HubError('TH_NET_OPEN', `cannot open a layer 2 socket on ${name}: ${because(error)}`, {
        cause: error,
        isOver,
      });
  }
}
