import { createRequire } from 'node:module';
import type { AesSiv, PdelayCounts, PdelayResponderOptions, SharedMemory } from '../api/index.js';
import { addonRemedy, isAddonBuilt, packageRoot } from './addon.js';

/** The C++ addon (`native/`). Throws a TypeError for a wrong argument and an Error with `errno` when a system call fails. */
export interface Native {
  openUdp(options: NativeUdpOptions, onBatch: BatchHandler): number;
  openEthernet(options: NativeEthernetOptions, onBatch: BatchHandler): number;
  /** Replaces a socket file that no process has open. `mode` as of chmod(2). */
  openUnix(path: string, mode: number, onBatch: BatchHandler): number;
  /** Returns the responder's number. */
  answerPdelayOverUdp(socket: NativeUdpOptions, group: string, answers: NativePdelayAnswers): number;
  answerPdelayOverEthernet(socket: NativeEthernetOptions, group: string, answers: NativePdelayAnswers): number;
  readPdelay(responder: number): PdelayCounts;
  /** Waits for its thread. */
  closePdelay(responder: number): void;
  /** Opens a socket from which exchanges of any thread receive. Returns its number in this process. */
  openServerSocket(options: NativeServerSocketOptions): number;
  serverSocketAddress(socket: number): { readonly address: string; readonly port: number };
  /** Lets the kernel choose among the `count` sockets of an address by the client's address. `socket`: one of them. */
  steerByClient(socket: number, count: number): void;
  closeServerSocket(socket: number): void;
  /**
   * `batch`: the memory of a `RequestBatch`. Without `stamping`, replies leave from `sockets`, without stamps. Returns the exchange's
   * number in this thread.
   */
  openExchange(sockets: readonly number[], batch: ArrayBuffer, stamping?: NativeReplyStamping): number;
  /**
   * Waits for requests, 200 ms at most. Returns their number. `coalesceNs`: pause, at most 10 ms, in which more requests come,
   * if they come often enough; 0: none. Foresees the departure of the first 4 replies.
   */
  receiveRequests(exchange: number, coalesceNs: number): number;
  /** Sends the replies of some slots. Returns the number of those that could not be sent. Foresees the next 4. */
  sendReplies(exchange: number, first: number, end: number): number;
  /** Reads transmit stamps of replies into the `StampBatch`. Returns their number. */
  readStamps(exchange: number): number;
  /** Sends the follow-ups of the first `count` stamps. Returns the number of those that could not be sent. */
  sendFollowUps(exchange: number, count: number): number;
  /** Addresses of the client and of this machine in a request. */
  requestAddresses(exchange: number, slot: number): { readonly client: string; readonly local: string };
  closeExchange(exchange: number): void;
  /** Attaches a System V segment. With `mode` it is made if there is none. */
  openSharedMemory(key: number, octets: number, mode?: number): SharedMemory;
  /** Calls `onBatch` whenever a network interface has changed. */
  watchLinks(onBatch: BatchHandler): number;
  /** Returns the datagram's number and fills `before` as `readMoment` does. */
  send(
    socket: number,
    payload: Uint8Array,
    address: string | undefined,
    port: number,
    from: string | undefined,
    before: BigInt64Array,
  ): number;
  /** Sends a frame, otherwise like `send`. */
  sendEthernet(socket: number, payload: Uint8Array, to: string, before: BigInt64Array): number;
  /** From an unnamed socket, or from an open one. */
  sendUnix(path: string, payload: Uint8Array, socket?: number): void;
  local(socket: number): { readonly address: string; readonly port: number };
  close(socket: number): void;
  readInterface(name: string): NativeInterface;
  /** SIOCGHWTSTAMP. */
  readStampConfig(name: string): StampConfig;
  /** SIOCSHWTSTAMP. Returns the configuration that the driver chose. */
  writeStampConfig(name: string, transmitType: number, receiveFilter: number): StampConfig;
  /** CLOCK_REALTIME, CLOCK_MONOTONIC_RAW and CLOCK_MONOTONIC of one moment, ns. */
  readMoment(out: BigInt64Array): void;
  /** CLOCK_MONOTONIC_RAW, ns. */
  monotonicRaw(): bigint;
  /** CLOCK_BOOTTIME − CLOCK_MONOTONIC, ns. */
  slept(): bigint;
  /** The kernel's `struct timex` of the system clock. */
  readTimex(): Uint8Array;
  /**
   * Judges the certificates of a TLS server (DER, its own first) at a time, s since 1970. Returns 0 if they are valid, OpenSSL's
   * X509_V_ERR_…, −1 if this Node exports no OpenSSL, −2 if a certificate or an authority cannot be read.
   */
  judgeChain(chain: readonly Uint8Array[], authorities: string, name: string, isAddress: boolean, atS: number): number;
  /** Returns false if this Node exports no OpenSSL. */
  hasAesSiv(): boolean;
  readonly aesSiv: AesSiv;
  /** Ends the process after `delayMs` (0 to 60000), even if this thread is busy or blocked. */
  exitWithin(delayMs: number, status: number): void;
}

interface NativeStampOptions {
  readonly transmitStamps?: boolean | undefined;
  readonly hardwareStamps?: boolean | undefined;
  /** N of /dev/ptpN: the virtual clock that makes the stamps. */
  readonly hardwareClock?: number | undefined;
}

export interface NativeUdpOptions extends NativeStampOptions {
  readonly address: string;
  readonly port?: number | undefined;
  readonly v6Only?: boolean | undefined;
  readonly reuse?: boolean | undefined;
  readonly peer?: string | undefined;
  readonly peerPort?: number | undefined;
  readonly interface?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly multicastTtl?: number | undefined;
  readonly dscp?: number | undefined;
  readonly receiveBuffer?: number | undefined;
}

export interface NativeServerSocketOptions {
  readonly address: string;
  readonly port?: number | undefined;
  readonly v6Only?: boolean | undefined;
  /** Share the port with the sockets of this process that are bound to it. */
  readonly join?: boolean | undefined;
  /** Share the port with connected sockets: SO_REUSEADDR. */
  readonly share?: boolean | undefined;
  /** Sends only: what comes is dropped. */
  readonly deaf?: boolean | undefined;
  readonly transmitStamps?: boolean | undefined;
  readonly interface?: string | undefined;
  readonly dscp?: number | undefined;
  readonly receiveBuffer?: number | undefined;
}

export interface NativeReplyStamping {
  /** The memory of a `StampBatch`. */
  readonly stamps: ArrayBuffer;
  /** For each socket the one with transmit stamps from which its replies leave; may be the same. */
  readonly senders: readonly number[];
  /** For each socket the one of the next port, or none at all. */
  readonly nextPorts: readonly number[];
}

export interface NativeEthernetOptions extends NativeStampOptions {
  readonly interface: string;
  readonly etherType: number;
  readonly groups?: readonly string[] | undefined;
}

export type NativePdelayAnswers = Pick<PdelayResponderOptions, 'response' | 'followUp' | 'ingressNs' | 'egressNs'>;

/** Flags of netdevice(7), and the masks of ETHTOOL_GET_TS_INFO. */
export interface NativeInterface {
  readonly index: number;
  readonly flags: number;
  /** Empty: not an Ethernet interface. */
  readonly mac: string;
  readonly stamps: number;
  /** N of /dev/ptpN; −1: none. */
  readonly clock: number;
  readonly transmitTypes: number;
  readonly receiveFilters: number;
}

/** struct hwtstamp_config. */
export interface StampConfig {
  readonly transmitType: number;
  readonly receiveFilter: number;
}

/** `arena` holds `count` records (see arena.ts), valid during the call. */
export type BatchHandler = (arena: ArrayBuffer, count: number) => void;

export type Loaded =
  | { readonly native: Native; readonly missing: '' }
  | { readonly native?: never; readonly missing: string };

let loaded: Loaded | undefined;

/** Returns the addon, or the reason why there is none. The variable `TIMEHUB_ADDON` names another file, or `none`. */
export function loadNative(): Loaded {
  loaded ??= load();
  return loaded;
}

function load(): Loaded {
  const chosen = process.env.TIMEHUB_ADDON;
  if (chosen === 'none') return { missing: 'the native addon is switched off by TIMEHUB_ADDON' };
  const require = createRequire(import.meta.url);
  try {
    const native = chosen === undefined ? require('node-gyp-build')(packageRoot()) : require(chosen);
    return { native: native as Native, missing: '' };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    const fault = isAddonBuilt() ? `the native addon does not load (${reason})` : 'the native addon is not built';
    return { missing: chosen === undefined ? `${fault}: ${addonRemedy()}` : fault };
  }
}
