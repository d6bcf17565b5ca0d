import { type Context, HubError, NS_PER_S, type TcpConnection, type Timer } from 'timehub/api';
import { type Address, formatAddress, LOOPBACK } from './config.js';

const CONNECT_NS = 5 * NS_PER_S;
/** Delay between attempts to connect on this machine, ns; on another machine each attempt costs packets. */
const LOOPBACK_DELAY_NS = NS_PER_S;
const LONGEST_DELAY_NS = 4 * NS_PER_S;

export interface LinkEvents {
  /** Called when the connection is there; `peer` is the address that answered. */
  up(connection: TcpConnection, peer: string): void;
  data(chunk: Uint8Array, connection: TcpConnection): void;
  /** Called with a sentence why there is no connection. The next attempt follows without a call. */
  down(reason: string): void;
}

/**
 * A connection to gpsd that reconnects after each loss: every second on this machine, at last every four seconds to another
 * one.
 */
export class GpsdConnection {
  readonly #context: Context;
  readonly #address: Address;
  readonly #events: LinkEvents;
  #connection: TcpConnection | undefined;
  #retry: Timer | undefined;
  #failures = 0;
  #stopped = false;

  constructor(context: Context, address: Address, events: LinkEvents) {
    this.#context = context;
    this.#address = address;
    this.#events = events;
  }

  start(): void {
    this.#retry = this.#context.after(0, () => this.#connect());
  }

  stop(): void {
    this.#stopped = true;
    this.#retry?.cancel();
    this.#connection?.close();
  }

  /** To be called when gpsd has sent a record: after the next loss it reconnects quickly. */
  proven(): void {
    this.#failures = 0;
  }

  /** Closes the connection and makes another. */
  renew(reason: string): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
    this.#lost(reason);
  }

  async #connect(): Promise<void> {
    const { host, port } = this.#address;
    try {
      const addresses = await this.#context.network.resolve(host);
      const [connection, peer] = await this.#first(addresses, port);
      if (this.#stopped) connection.close();
      else this.#adopt(connection, peer);
    } catch (error) {
      if (!(error instanceof HubError) || !error.code.startsWith('TH_NET_')) throw error;
      const unknown = error.code === 'TH_NET_RESOLVE';
      this.#lost(unknown ? `the name ${host} is not known` : `gpsd at ${formatAddress(this.#address)} does not answer`);
    }
  }

  /** Connects to the first address that answers: gpsd often listens on one of ::1 and 127.0.0.1 only. */
  async #first(addresses: readonly string[], port: number): Promise<readonly [TcpConnection, string]> {
    let failure: unknown = new HubError('TH_NET_RESOLVE', `${this.#address.host} has no address`);
    for (const address of addresses) {
      try {
        return [await this.#context.network.tcp({ address, port }, CONNECT_NS), address];
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  #adopt(connection: TcpConnection, peer: string): void {
    this.#connection = connection;
    connection.onData((chunk) => {
      if (connection === this.#connection) this.#events.data(chunk, connection);
    });
    connection.onClose(() => {
      if (connection !== this.#connection) return;
      this.#connection = undefined;
      this.#lost(`gpsd at ${formatAddress(this.#address)} closed the connection`);
    });
    this.#events.up(connection, peer);
  }

  #lost(reason: string): void {
    if (this.#stopped) return;
    this.#events.down(reason);
    const longestNs = isLoopback(this.#address.host) ? LOOPBACK_DELAY_NS : LONGEST_DELAY_NS;
    const delayNs = Math.min(NS_PER_S * 2 ** this.#failures++, longestNs);
    this.#retry?.cancel();
    this.#retry = this.#context.after(delayNs, () => this.#connect());
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || LOOPBACK.test(host);
