import type { Observation } from '../../../../api/observation.js';
import type { Instant, Stamp } from '../../../../api/time.js';
import { decode, encode } from '../../codec.js';
import { isEvent, type Message } from '../../message.js';
import type { Destination, PortAction, Received } from '../action.js';

/** The interface of ports of both roles. */
export interface SimulatedPort {
  readonly wakeAt: Instant | undefined;
  linkUp(now: Instant): readonly PortAction[];
  receive(received: Received, now: Instant): readonly PortAction[];
  sent(token: number, stamp: Stamp, now: Instant): readonly PortAction[];
  stampLost(token: number, now: Instant): readonly PortAction[];
  wake(now: Instant): readonly PortAction[];
}

/** A machine with a port and a clock. */
export class SimulatedNode {
  readonly address: string;
  readonly machine: SimulatedPort;
  /** Its clock − true time at `EPOCH`, and its rate. */
  readonly offsetNs: number;
  readonly ratePpb: number;
  readonly observations: Observation[] = [];
  readonly states: string[] = [];
  readonly actions: PortAction[] = [];
  readonly sentKinds: Message['kind'][] = [];

  constructor(address: string, machine: SimulatedPort, offsetNs = 0, ratePpb = 0) {
    this.address = address;
    this.machine = machine;
    this.offsetNs = offsetNs;
    this.ratePpb = ratePpb;
  }

  stamp(now: Instant): Stamp {
    const time = now + BigInt(Math.round(this.offsetNs + (Number(now - EPOCH) * this.ratePpb) / 1e9));
    return { clock: 'system', by: 'hardware', time, monotonic: now };
  }

  /** Returns its sent messages of one kind. */
  sent<K extends Message['kind']>(kind: K): readonly Extract<Message, { kind: K }>[] {
    return this.actions.flatMap((action) =>
      action.type === 'send' && action.message.kind === kind ? [action.message as Extract<Message, { kind: K }>] : [],
    );
  }

  last<K extends PortAction['type']>(type: K): Extract<PortAction, { type: K }> | undefined {
    return this.actions.findLast((action): action is Extract<PortAction, { type: K }> => action.type === type);
  }
}

export interface SimulatedPath {
  /** One-way delay. */
  readonly delayNs: (from: SimulatedNode, to: SimulatedNode) => number;
  /** Returns true for a message that is not delivered; `losesStamp`: for one without a transmit stamp. */
  readonly drops?: (message: Message, from: SimulatedNode, to: SimulatedNode) => boolean;
  readonly losesStamp?: (message: Message, from: SimulatedNode) => boolean;
  /** Changes a message as a transparent clock does. */
  readonly corrects?: (message: Message) => Message;
}

/** True time at the start: stamps must be of 1970 or later. */
export const EPOCH = 1_000_000_000_000n;
const STAMP_LATE_NS = 20_000n;
const HANDLING_NS = 5_000n;

interface Event {
  readonly at: Instant;
  readonly order: number;
  readonly run: (now: Instant) => void;
}

/** Delivers encoded messages between machines in simulated time. */
export class SimulatedNetwork {
  readonly #nodes: readonly SimulatedNode[];
  readonly #link: SimulatedPath;
  #events: Event[] = [];
  #order = 0;
  now = EPOCH;

  constructor(nodes: readonly SimulatedNode[], link: SimulatedPath) {
    this.#nodes = nodes;
    this.#link = link;
    for (const node of nodes) this.do(node, node.machine.linkUp(this.now));
  }

  /** Runs for `seconds`. */
  run(seconds: number): void {
    const end = this.now + BigInt(Math.round(seconds * 1e9));
    for (;;) {
      const event = this.#events.reduce<Event | undefined>(
        (a, b) => (a === undefined || earlier(b, a) ? b : a),
        undefined,
      );
      const due = this.#nodes
        .filter(({ machine }) => machine.wakeAt !== undefined)
        .sort((a, b) => (a.machine.wakeAt! < b.machine.wakeAt! ? -1 : 1))[0];
      const wakeAt = due?.machine.wakeAt;
      const next = event === undefined || (wakeAt !== undefined && wakeAt < event.at) ? wakeAt : event.at;
      if (next === undefined || next > end) break;
      if (next > this.now) this.now = next;
      if (event !== undefined && next === event.at) {
        this.#events = this.#events.filter((other) => other !== event);
        event.run(this.now);
      } else this.do(due!, due!.machine.wake(this.now));
    }
    this.now = end;
  }

  do(node: SimulatedNode, actions: readonly PortAction[]): void {
    for (const action of actions) {
      node.actions.push(action);
      if (action.type === 'observe') node.observations.push(...action.observations);
      if (action.type === 'state') node.states.push(action.state);
      if (action.type === 'send') this.#send(node, action.token, action.message, action.to);
    }
  }

  #send(from: SimulatedNode, token: number, message: Message, to: Destination): void {
    from.sentKinds.push(message.kind);
    const frame = new Uint8Array(1500);
    const decoded = decode(frame.subarray(0, encode(message, frame)));
    if (decoded.kind === 'rejected') throw new Error(`sent what cannot be read: ${decoded.reason}`);
    const stamp = from.stamp(this.now);
    if (isEvent(message.kind)) {
      const lost = this.#link.losesStamp?.(message, from) === true;
      this.#at(this.now + STAMP_LATE_NS, (now) =>
        this.do(from, lost ? from.machine.stampLost(token, now) : from.machine.sent(token, stamp, now)),
      );
    }
    for (const node of this.#nodes) {
      if (node === from || (typeof to === 'object' && to.address !== node.address)) continue;
      if (this.#link.drops?.(decoded, from, node) === true) continue;
      this.#deliver(this.#link.corrects?.(decoded) ?? decoded, from, node);
    }
  }

  #deliver(message: Message, from: SimulatedNode, to: SimulatedNode): void {
    const arrives = this.now + BigInt(Math.round(this.#link.delayNs(from, to)));
    const stamp = isEvent(message.kind) ? to.stamp(arrives) : undefined;
    this.#at(arrives + HANDLING_NS, (now) =>
      this.do(to, to.machine.receive({ message, from: from.address, stamp }, now)),
    );
  }

  #at(at: Instant, run: (now: Instant) => void): void {
    this.#events.push({ at, run, order: this.#order++ });
  }
}

const earlier = (a: Event, b: Event): boolean => (a.at === b.at ? a.order < b.order : a.at < b.at);
