import { type Context, HubError, type Instant, type Stamp, type Timer } from 'timehub/api';
import {
  decode,
  earliest,
  encode,
  isDue,
  isEvent,
  type Management,
  type Message,
  type PortAction,
  type Received,
} from 'timehub/protocol/ptp';
import { ClockStepDetector } from './clock-step-detector.js';
import { MessageCounts } from './message-counts.js';
import type { PortSocket } from './port-socket.js';
import { ReceiveFilter } from './receive-filter.js';

/** What the ports of both roles have in common. */
export interface PtpPort {
  readonly wakeAt: Instant | undefined;
  linkUp(now: Instant): readonly PortAction[];
  linkDown(now: Instant): readonly PortAction[];
  receive(received: Received, now: Instant): readonly PortAction[];
  sent(token: number, stamp: Stamp, now: Instant): readonly PortAction[];
  stampLost(token: number, now: Instant): readonly PortAction[];
  clockStepped(now: Instant): readonly PortAction[];
  wake(now: Instant): readonly PortAction[];
  /** Returns true for the address of a timeTransmitter that is qualified. */
  isKnown(address: string): boolean;
  /** The network says that nothing listens at the address. */
  unreachable?(address: string, now: Instant): readonly PortAction[];
}

export type PortReport = Exclude<PortAction, { type: 'send' }>;

export interface PortRunnerOptions {
  readonly interface: string;
  readonly stampTimeoutNs: number;
  /** Returns true for an address whose messages are taken. */
  readonly allows: (address: string) => boolean;
  readonly open: () => PortSocket;
  /** What the port has to say beside messages. */
  readonly onReport: (report: PortReport) => void;
  /** Returns the answers to a request of so many octets. */
  readonly onManagement: (request: Management, octets: number) => readonly Management[];
}

interface AwaitedStamp {
  readonly token: number;
  readonly until: Instant;
}

/** Within this Linux has told of a carrier: its linkwatch does so once a second at most. */
const CONFIRMED_NS = 2e9;
/** As long as a frame of Ethernet. */
const MAX_OCTETS = 1500;

/** Runs a port over a wire: messages, transmit stamps and those that never come, its timer, the link. */
export class PortRunner {
  readonly counts = new MessageCounts();
  readonly #context: Context;
  readonly #port: PtpPort;
  readonly #options: PortRunnerOptions;
  readonly #buffer = new Uint8Array(MAX_OCTETS);
  /** By the number of the sent message, the oldest first. */
  readonly #awaited = new Map<number, AwaitedStamp>();
  readonly #steps = new ClockStepDetector();
  readonly #intake: ReceiveFilter;
  #wire: PortSocket | undefined;
  #timer: Timer | undefined;
  #timerAt: Instant | undefined;
  #wokenAt: Instant = 0n;
  #stopLink = (): void => {};
  /** When we heard that the link is down; undefined while it is up. */
  #downSince: Instant | undefined;

  constructor(context: Context, port: PtpPort, options: PortRunnerOptions) {
    this.#context = context;
    this.#port = port;
    this.#options = options;
    this.#intake = new ReceiveFilter({ allows: options.allows, isKnown: (address) => port.isKnown(address) });
  }

  get stamps(): string {
    return this.#wire?.stamps ?? 'none';
  }

  /** Throws what opening the wire throws. */
  start(): void {
    const { network } = this.#context;
    const { interface: name, open } = this.#options;
    const wire = open();
    this.#wire = wire;
    wire.onOctets((octets, from, received) => this.#take(octets, from, received));
    wire.onSent((id, stamp) => this.#sent(id, stamp));
    wire.onUnreachable((address) => this.perform((now) => this.#port.unreachable?.(address, now) ?? []));
    const watch = network.onLink(name, (up) => this.#setLink(up));
    this.#stopLink = () => watch.close();
    this.#setLink(network.interface(name).running);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#stopLink();
    this.#wire?.close();
    this.#wire = undefined;
  }

  /** Lets the port do something, and does what it wants done. */
  perform(work: (now: Instant) => readonly PortAction[]): void {
    for (const action of work(this.#context.monotonic())) {
      if (action.type === 'send') this.#send(action.token, action.message, action);
      else this.#options.onReport(action);
    }
    this.#schedule();
  }

  #setLink(up: boolean): void {
    this.#downSince = up ? undefined : this.#context.monotonic();
    this.perform((now) => (up ? this.#port.linkUp(now) : this.#port.linkDown(now)));
  }

  /** A frame that was stamped since then has come over a link that is up, whether the system has noticed that or not. */
  #noticeLink(received: Stamp): void {
    if (this.#downSince === undefined || received.monotonic <= this.#downSince) return;
    this.#setLink(true);
    const { network } = this.#context;
    this.#context.after(CONFIRMED_NS, () => {
      if (this.#downSince === undefined && !network.interface(this.#options.interface).running) this.#setLink(false);
    });
  }

  #take(octets: Uint8Array, from: string, received: Stamp): void {
    const refusal = this.#intake.judge(octets, from, this.#context.monotonic());
    if (refusal !== undefined) {
      this.counts.reject(refusal);
      return;
    }
    const message = decode(octets);
    if (message.kind === 'rejected') {
      this.counts.reject(message.reason);
      return;
    }
    this.counts.take(message.kind);
    this.#noticeLink(received);
    if (message.kind === 'management') {
      for (const answer of this.#options.onManagement(message, octets.length))
        this.#transmit(answer, { address: from });
      return;
    }
    const stamp = isEvent(message.kind) ? this.#checked(received) : undefined;
    this.perform((now) => this.#port.receive({ message, from, stamp }, now));
  }

  /** A stamp of JavaScript is none. */
  #checked(stamp: Stamp): Stamp | undefined {
    if (stamp.by === 'user') return undefined;
    if (this.#steps.take(stamp)) this.perform((now) => this.#port.clockStepped(now));
    return stamp;
  }

  #send(token: number, message: Message, { to }: Extract<PortAction, { type: 'send' }>): void {
    const id = this.#transmit(message, to);
    if (!isEvent(message.kind)) return;
    if (id === undefined) {
      this.perform((now) => this.#port.stampLost(token, now));
      return;
    }
    const until = this.#context.monotonic() + BigInt(Math.round(this.#options.stampTimeoutNs));
    this.#awaited.set(id, { token, until });
  }

  /** Undefined: it could not be sent. */
  #transmit(message: Message, to: Extract<PortAction, { type: 'send' }>['to']): number | undefined {
    if (this.#wire === undefined) return undefined;
    const octets = this.#buffer.subarray(0, encode(message, this.#buffer));
    try {
      const id = this.#wire.send(octets, to, isEvent(message.kind) ? 'event' : 'general');
      this.counts.give(message.kind);
      return id;
    } catch (error) {
      // No route, a peer that is gone, an interface that just went down: the next one may get through.
      if (!(error instanceof HubError)) throw error;
      this.counts.unsent++;
      return undefined;
    }
  }

  #sent(id: number, stamp: Stamp): void {
    const awaited = this.#awaited.get(id);
    if (awaited === undefined) return;
    this.#awaited.delete(id);
    const checked = this.#checked(stamp);
    this.perform((now) =>
      checked === undefined ? this.#port.stampLost(awaited.token, now) : this.#port.sent(awaited.token, checked, now),
    );
  }

  #wake(): void {
    this.#timerAt = undefined;
    this.#giveUpStamps();
    this.perform((now) => (isDue(this.#port.wakeAt, now) ? this.#port.wake(now) : []));
  }

  /** What was overdue at the wake-up before: stamps that lay ready while the event loop was busy have been read since. */
  #giveUpStamps(): void {
    const before = this.#wokenAt;
    this.#wokenAt = this.#context.monotonic();
    for (const [id, { token, until }] of this.#awaited) {
      if (until > before) break;
      this.#awaited.delete(id);
      this.perform((at) => this.#port.stampLost(token, at));
    }
  }

  /** A timer that comes too early is left alone, for there are many messages: it will find nothing due and is set anew. */
  #schedule(): void {
    const due = earliest(this.#awaited.values().next().value?.until, this.#port.wakeAt);
    if (due === undefined || this.#wire === undefined) return;
    if (this.#timerAt !== undefined && this.#timerAt <= due) return;
    this.#timer?.cancel();
    this.#timerAt = due;
    const delayNs = Number(due - this.#context.monotonic());
    this.#timer = this.#context.after(Math.max(0, delayNs), () => this.#wake());
  }
}
