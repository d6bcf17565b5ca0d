import type { Endpoint } from './udp.js';

/**
 * Names under which this hub acts on the network. Sources report what they ask and sinks what they hear; the kernel then
 * recognises this hub's own time in the claims of a source (`Claims.ours`).
 */
export interface HubIdentity {
  /**
   * A source sends a request. `mark`: octets that no other client sends, as they stand at `offset` of the request. The newest
   * request of each instance counts.
   */
  asks(mark: Uint8Array, offset: number): void;
  /** A sink received `request` at its own address `at`. Compares it with the requests of sources of the same type. */
  hears(request: Uint8Array, from: Endpoint, at: string): void;
  /** A sink serves at this own address until the run ends. */
  serves(address: string): void;
  /** An instance acts under this clock identity (16 hex digits) until the run ends. */
  uses(clockIdentity: string): void;
  /** Returns true when an instance of this hub acts under this clock identity. */
  isOwn(clockIdentity: string): boolean;
}
