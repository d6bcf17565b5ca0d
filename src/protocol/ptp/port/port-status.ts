import type { Outbox, PortState } from './action.js';
import type { Capability } from './neighbour/capability.js';

/** The state of a port and the reason for it. */
export interface PortStatus {
  readonly state: PortState;
  /** Subject of the reason, without its figures: a status is reported again only when state or topic change. */
  readonly topic: string;
  /** One sentence. */
  readonly reason: string;
}

const NOT_STARTED: PortStatus = { state: 'initializing', topic: '', reason: 'Has not started.' };
const LINK_DOWN: PortStatus = { state: 'faulty', topic: 'link', reason: 'The link is down.' };

/** Returns the status that the link alone causes, undefined if it is up. `linkUp`: undefined before the start. */
export const linkStatus = (linkUp: boolean | undefined): PortStatus | undefined =>
  linkUp === undefined ? NOT_STARTED : linkUp ? undefined : LINK_DOWN;

/** Returns the status of a port whose neighbour is not capable: not asCapable in 802.1AS, FAULTY in 1588 (§11.4.3). */
export function incapableStatus({ reason, fault }: Capability): PortStatus {
  const topic = `capable ${topicOf(reason)}`;
  return fault === true
    ? { state: 'faulty', topic, reason: sentence(`Faulty: ${reason}`) }
    : { state: 'listening', topic, reason: sentence(`Not asCapable: ${reason}`) };
}

/** Ends a sentence with a full stop, unless it is a question. */
export const sentence = (text: string): string => (text.endsWith('?') ? text : `${text}.`);

/** Removes the figures from a clause. */
export const topicOf = (clause: string): string => clause.replace(/[\d.,-]+/g, '');

/** Keeps the last status of a port, and reports one whose state or topic differs. */
export class StatusReporter {
  readonly #out: Outbox;
  #status: PortStatus = NOT_STARTED;

  constructor(out: Outbox) {
    this.#out = out;
  }

  get state(): PortState {
    return this.#status.state;
  }

  report(status: PortStatus): void {
    const { state, topic } = this.#status;
    this.#status = status;
    if (status.state === state && status.topic === topic) return;
    this.#out.put({ type: 'state', state: status.state, reason: status.reason });
  }
}
