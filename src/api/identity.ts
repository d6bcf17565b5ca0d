import type { Endpoint } from './udp.js';

/**
 * Identities of this hub on the network. Sources report their requests and sinks the requests they receive, so that the kernel
 * recognises this hub's own time in a source (`Claims.ours`).
 */
export interface HubIdentity {
  /**
   * Reports a request of a source. `mark`: octets at `offset` of the request that no other client sends. Only the newest
   * request of each instance counts.
   */
  asks(mark: Uint8Array, offset: number): void;
  /**
   * Reports that a sink received `request` at its own address `at`; it is compared with the requests of sources of the same
   * type.
   */
  hears(request: Uint8Array, from: Endpoint, at: string): void;
  /** Reports that a sink serves at this own address until the instance stops. */
  serves(address: string): void;
  /** Reports that the instance has this clock identity (16 hex digits) until it stops. */
  uses(clockIdentity: string): void;
  /** Returns true if an instance of this hub has this clock identity. */
  isOwn(clockIdentity: string): boolean;
}
