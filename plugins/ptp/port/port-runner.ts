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
import type { PortConfig } from './port-config.js';
import type { PortSocket } from './port-socket.js';
import { allowList, PortReceiveFilter } from './receive-filter.js';

/** The interface of ports of both roles. */
export interface PtpPort {
  readonly wakeAt: Instant | undefined;
  linkUp(now: Instant): readonly PortAction[];
  linkDown(now: Instant): readonly PortAction[];
  receive(received: Received, now: Instant): readonly PortAction[];
  sent(token: number, stamp: Stamp, now: Instant): readonly PortAction[];
  stampLost(token: number, now: Instant): readonly PortAction[];
  clockStepped(now: Instant): readonly PortAction[];
  wake(now: Instant): readonly PortAction[];
  /** Returns true for the address of a qualified timeTransmitter. */
  isKnown(address: string): boolean;
  /** Handles the network's report that nothing listens at an address. */
  unreachable?(address: string, now: Instant): readonly PortAction[];
}

export type PortReport = Exclude<PortAction, { type: 'send' }>;

export interface PortRunnerOptions {
  readonly config: Pick<PortConfig, 'interface' | 'stamp-timeout' | 'allow'>;
  readonly open: () => PortSocket;
  /** Handles the port's actions other than messages. */
  readonly onReport: (report: PortReport) => void;
  /** Returns the answers to a request that is `octets` long. */
  readonly onManagement: (request: Management, octets: number) => readonly Management[];
}

interface AwaitedStamp {
  readonly token: number;
  readonly until: Instant;
}

/** Time within which Linux reports a carrier, ns: its linkwatch reports at most once a second. */
const CONFIRMED_NS = 2e9;
/** Payload of an Ethernet frame, octets. */
const MAX_OCTETS = 1500;

/** Runs a port over a socket: handles messages, transmit stamps and missing ones, the timer and the link. */
export class PortRunner {
  readonly counts = new MessageCounts();
  readonly #context: Context;
  readonly #port: PtpPort;
  readonly #options: PortRunnerOptions;
  readonly #buffer = new Uint8Array(MAX_OCTETS);
  /** Keyed by the number of the sent message, oldest first. */
  readonly #awaited = new Map<number, AwaitedStamp>();
  readonly #steps = new ClockStepDetector();
  readonly #intake: PortReceiveFilter;
  #socket: PortSocket | undefined;
  #timer: Timer | undefined;
  #timerAt: Instant | undefined;
  #wokenAt: Instant = 0n;
  #stopLink = (): void => {};
  /** Time at which the link was reported down. Undefined while it is up. */
  #downSince: Instant | undefined;

  constructor(context: Context, port: PtpPort, options: PortRunnerOptions) {
    this.#context = context;
    this.#port = port;
    this.#options = options;
    this.#intake = new PortReceiveFilter({
      allows: allowList(options.config.allow),
      isKnown: (address) => port.isKnown(address),
    });
  }

  get stamps(): string {
    return this.#socket?.stamps ?? 'none';
  }

  /** Throws the errors of opening the socket. */
  start(): void {
    const { network } = this.#context;
    const { config, open } = this.#options;
    const socket = open();
    this.#socket = socket;
    socket.onOctets((octets, from, received) => this.#receive(octets, from, received));
    socket.onSent((id, stamp) => this.#sent(id, stamp));
    socket.onUnreachable((address) => this.perform((now) => this.#port.unreachable?.(address, now) ?? []));
    const watch = network.onLink(config.interface, (up) => this.#setLink(up));
    this.#stopLink = () => watch.close();
    this.#setLink(network.interface(config.interface).running);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#stopLink();
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** Calls the port and carries out the actions that it returns. */
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

  /** A frame that was stamped after the link went down shows that it is up again, even before Linux reports it. */
  #noticeLink(received: Stamp): void {
    if (this.#downSince === undefined || received.monotonic <= this.#downSince) return;
    this.#setLink(true);
    const { network } = this.#context;
    this.#context.after(CONFIRMED_NS, () => {
      if (this.#downSince === undefined && !network.interface(this.#options.config.interface).running)
        this.#setLink(false);
    });
  }

  #receive(octets: Uint8Array, from: string, received: Stamp): void {
    const refusal = this.#intake.judge(octets, from, this.#context.monotonic());
    if (refusal !== undefined) {
      this.counts.countRejected(refusal);
      return;
    }
    const message = decode(octets);
    if (message.kind === 'rejected') {
      this.counts.countRejected(message.reason);
      return;
    }
    this.counts.countReceived(message.kind);
    this.#noticeLink(received);
    if (message.kind === 'management') {
      for (const answer of this.#options.onManagement(message, octets.length))
        this.#transmit(answer, { address: from });
      return;
    }
    const stamp = isEvent(message.kind) ? this.#checked(received) : undefined;
    this.perform((now) => this.#port.receive({ message, from, stamp }, now));
  }

  /** Returns the stamp unless it comes from JavaScript, and reports a step of its clock. */
  #checked(stamp: Stamp): Stamp | undefined {
    if (stamp.by === 'user') return undefined;
    if (this.#steps.check(stamp)) this.perform((now) => this.#port.clockStepped(now));
    return stamp;
  }

  #send(token: number, message: Message, { to }: Extract<PortAction, { type: 'send' }>): void {
    const id = this.#transmit(message, to);
    if (!isEvent(message.kind)) return;
    if (id === undefined) {
      this.perform((now) => this.#port.stampLost(token, now));
      return;
    }
    const until = this.#context.monotonic() + BigInt(Math.round(this.#options.config['stamp-timeout']));
    this.#awaited.set(id, { token, until });
  }

  /** Returns the number of the sent message, undefined if it could not be sent. */
  #transmit(message: Message, to: Extract<PortAction, { type: 'send' }>['to']): number | undefined {
    if (this.#socket === undefined) return undefined;
    const octets = this.#buffer.subarray(0, encode(message, this.#buffer));
    try {
      const id = this.#socket.send(octets, to, isEvent(message.kind) ? 'event' : 'general');
      this.counts.countSent(message.kind);
      return id;
    } catch (error) {
      // No route, no peer, the interface is down: the next message may succeed.
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

  /** Drops stamps that were overdue at the last wake-up already: stamps that waited for a busy event loop are read first. */
  #giveUpStamps(): void {
    const before = this.#wokenAt;
    this.#wokenAt = this.#context.monotonic();
    for (const [id, { token, until }] of this.#awaited) {
      if (until > before) break;
      this.#awaited.delete(id);
      this.perform((at) => this.#port.stampLost(token, at));
    }
  }

  /** Keeps a timer that is set too early, because messages are frequent: it finds nothing due and is set again. */
  #schedule(): void {
    const due = earliest(this.#awaited.values().next().value?.until, this.#port.wakeAt);
    if (due === undefined || this.#socket === undefined) return;
    if (this.#timerAt !== undefined && this.#timerAt <= due) return;
    this.#timer?.cancel();
    this.#timerAt = due;
    const delayNs = Number(due - this.#context.monotonic());
    this.#timer = this.#context.after(Math.max(0, delayNs), () => this.#wake());
  }
}
