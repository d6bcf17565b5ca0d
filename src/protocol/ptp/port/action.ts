import type { Claims, Observation } from '../../../api/observation.js';
import type { Instant, Stamp } from '../../../api/time.js';
import type { ForeignMaster } from '../bmca/foreign-masters.js';
import type { PortIdentity } from '../identity.js';
import type { PORT_STATES } from '../management/index.js';
import type { Message } from '../message.js';

/** State of a port (IEEE 1588-2019 table 20). */
export type PortState = keyof typeof PORT_STATES;

/** `group`: the profile's multicast address. `peers`: that of peer delay. Or a unicast address as the transport writes it. */
export type Destination = 'group' | 'peers' | { readonly address: string };

/** An action that a port asks its runner for. */
export type PortAction =
  /**
   * Encode and send. For an event message (`isEvent`) the runner then calls `sent(token, stamp, now)` or, if no stamp comes,
   * `stampLost(token, now)`.
   */
  | { readonly type: 'send'; readonly token: number; readonly message: Message; readonly to: Destination }
  | { readonly type: 'observe'; readonly observations: readonly Observation[] }
  | { readonly type: 'claim'; readonly claims: Claims }
  /** The state or its reason has changed. `reason`: one sentence. */
  | { readonly type: 'state'; readonly state: PortState; readonly reason: string }
  /** The port follows another timeTransmitter, or none. */
  | { readonly type: 'parent'; readonly parent: ForeignMaster | undefined }
  /** The grandmaster reports a jump of its time. `reason`: one sentence. */
  | { readonly type: 'discontinuity'; readonly reason: string; readonly jumpNs: number | undefined }
  /** Save these values for the next start. */
  | { readonly type: 'save-link'; readonly link: SavedLink };

/** The values of a link that are kept from one start to the next (stored values of the automotive profile). */
export interface SavedLink {
  /** The neighbour with which they were measured: they are not valid with another one. Undefined: not known. */
  readonly neighbour?: PortIdentity | undefined;
  readonly delayNs: number;
  /** Rate of the neighbour − rate of the local clock, ppb. */
  readonly ratePpb: number;
}

/** A received message. */
export interface Received {
  readonly message: Message;
  /** The sender's address as the transport writes it. Replies go there. */
  readonly from: string;
  /** Receive stamp of an event message, which is ignored without one. */
  readonly stamp?: Stamp | undefined;
}

/** Collects the actions of a port in order. */
export class Outbox {
  #actions: PortAction[] = [];
  #token = 0;

  /** Returns the token that identifies the transmit stamp. */
  send(message: Message, to: Destination): number {
    this.#token++;
    this.#actions.push({ type: 'send', token: this.#token, message, to });
    return this.#token;
  }

  put(action: Exclude<PortAction, { type: 'send' }>): void {
    this.#actions.push(action);
  }

  drain(): readonly PortAction[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }
}

/** Returns the earliest of several times, undefined if none is defined. */
export function earliest(...times: readonly (Instant | undefined)[]): Instant | undefined {
  let first: Instant | undefined;
  for (const time of times) if (time !== undefined && (first === undefined || time < first)) first = time;
  return first;
}

export const isDue = (dueAt: Instant | undefined, now: Instant): boolean => dueAt !== undefined && dueAt <= now;
