import type { Claims, Observation } from '../../../api/observation.js';
import type { Instant, Stamp } from '../../../api/time.js';
import type { ForeignMaster } from '../bmca/foreign-masters.js';
import type { PortIdentity } from '../identity.js';
import type { PORT_STATES } from '../management/index.js';
import type { Message } from '../message.js';

/** IEEE 1588-2019 table 20, in the words of `PORT_STATES`. */
export type PortState = keyof typeof PORT_STATES;

/** `group`: the profile's multicast address; `peers`: that of peer delay; or one address as the transport writes it. */
export type Destination = 'group' | 'peers' | { readonly address: string };

/** What a port wants done. */
export type PortAction =
  /**
   * Encode and send. An event message (`isEvent`) is answered with `sent(token, stamp, now)` or, when no stamp comes, with
   * `stampLost(token, now)`.
   */
  | { readonly type: 'send'; readonly token: number; readonly message: Message; readonly to: Destination }
  | { readonly type: 'observe'; readonly observations: readonly Observation[] }
  | { readonly type: 'claim'; readonly claims: Claims }
  /** The state or its reason has changed: one sentence for the operator. */
  | { readonly type: 'state'; readonly state: PortState; readonly reason: string }
  /** Another timeTransmitter is followed, or none. */
  | { readonly type: 'parent'; readonly parent: ForeignMaster | undefined }
  /** The grandmaster says that its time has jumped: one sentence. */
  | { readonly type: 'discontinuity'; readonly reason: string; readonly jumpNs: number | undefined }
  /** Worth keeping for the next start (the automotive profile's stored values). */
  | { readonly type: 'remember'; readonly neighbour: SavedLink };

export interface SavedLink {
  /** Whom it was measured with: at another one's end nothing of it holds. Undefined: not known. */
  readonly neighbour?: PortIdentity | undefined;
  readonly delayNs: number;
  /** Neighbour's rate − ours, ppb. */
  readonly ratePpb: number;
}

/** One message that has come in. */
export interface Received {
  readonly message: Message;
  /** The sender's address as the transport writes it: replies go there. */
  readonly from: string;
  /** Of an event message; without one it counts for nothing. */
  readonly stamp?: Stamp | undefined;
}

/** Collects actions in their order. */
export class Outbox {
  #actions: PortAction[] = [];
  #token = 0;

  /** Returns the token that the stamp will come back with. */
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

/** The earliest of several times to wake at. */
export function earliest(...times: readonly (Instant | undefined)[]): Instant | undefined {
  let first: Instant | undefined;
  for (const time of times) if (time !== undefined && (first === undefined || time < first)) first = time;
  return first;
}

export const isDue = (dueAt: Instant | undefined, now: Instant): boolean => dueAt !== undefined && dueAt <= now;
