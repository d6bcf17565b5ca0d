import type { Instant } from '../../../api/time.js';
import type { Management } from '../message.js';
import type { DataSet, DataSetName } from './data-sets.js';
import { type ManagedClock, readManaged } from './managed-clock.js';
import { type ChangeResult, managementNotice } from './responder.js';

type Subscription = DataSet<'subscribe-events-np'>;
type Events = Subscription['events'];

/** An event and the data set that is sent then. The event has happened when `mark` returns a new value. */
interface EventKind {
  readonly event: keyof Events;
  readonly name: DataSetName;
  readonly mark: (clock: ManagedClock, port: number) => unknown;
}

interface Subscriber {
  readonly request: Management;
  readonly events: Events;
  readonly until: Instant;
  /** Last reported mark, by event and port. */
  readonly marks: Map<string, unknown>;
  sequenceId: number;
}

export interface Notice {
  /** Address of the subscriber. */
  readonly to: string;
  readonly message: Management;
}

const CAPACITY = 16;
const NS_PER_S = 1_000_000_000n;
const NOTHING: Events = { portState: false, timeSync: false, parentDataSet: false, cmlds: false };

const KINDS: readonly EventKind[] = [
  {
    event: 'portState',
    name: 'port-data-set',
    mark: (clock, port) => readManaged(clock, 'port-data-set', port)?.state,
  },
  {
    event: 'timeSync',
    name: 'time-status-np',
    mark: (clock, port) => readManaged(clock, 'time-status-np', port)?.ingressTimeNs,
  },
  { event: 'parentDataSet', name: 'parent-data-set', mark: parentMark },
];

/** The subscribers of events (SUBSCRIBE_EVENTS_NP, as linuxptp defines it), each until its subscription ends. */
export class Subscribers {
  /** Keyed by address. */
  readonly #subscribers = new Map<string, Subscriber>();

  get size(): number {
    return this.#subscribers.size;
  }

  /** Starts, renews or (duration 0 s) ends a subscription. Later changes are reported. */
  subscribe(
    request: Management,
    from: string,
    subscription: Subscription,
    clock: ManagedClock,
    now: Instant,
  ): ChangeResult {
    this.#expire(now);
    const before = this.#subscribers.get(from);
    if (subscription.durationS === 0) {
      this.#subscribers.delete(from);
      return undefined;
    }
    if (before === undefined && this.#subscribers.size >= CAPACITY) return 'general';
    const { durationS, events } = subscription;
    const until = now + BigInt(durationS) * NS_PER_S;
    const marks = before?.marks ?? marksOf(clock);
    this.#subscribers.set(from, { request, events, until, marks, sequenceId: before?.sequenceId ?? 0 });
    return undefined;
  }

  /** Returns the subscription of an address with its remaining seconds. */
  subscriptionOf(from: string, now: Instant): Subscription {
    const { events, until } = this.#subscribers.get(from) ?? { events: NOTHING, until: now };
    const leftNs = until > now ? until - now : 0n;
    return leftNs === 0n
      ? { durationS: 0, events: NOTHING }
      : { durationS: Number((leftNs + NS_PER_S - 1n) / NS_PER_S), events };
  }

  /** Removes a subscriber that cannot be reached. */
  forget(from: string): void {
    this.#subscribers.delete(from);
  }

  /** Returns the messages about all changes since the last call. */
  notices(clock: ManagedClock, now: Instant): readonly Notice[] {
    this.#expire(now);
    const marks = marksOf(clock);
    return [...this.#subscribers].flatMap(([to, subscriber]) => noticesFor(to, subscriber, clock, marks));
  }

  #expire(now: Instant): void {
    for (const [from, { until }] of this.#subscribers) if (until <= now) this.#subscribers.delete(from);
  }
}

function noticesFor(to: string, subscriber: Subscriber, clock: ManagedClock, marks: Map<string, unknown>): Notice[] {
  const { request, events } = subscriber;
  const notices: Notice[] = [];
  for (const { event, name, port, key } of places(clock)) {
    const isNews = subscriber.marks.get(key) !== marks.get(key);
    subscriber.marks.set(key, marks.get(key));
    const value = isNews && events[event] ? readManaged(clock, name, port) : undefined;
    if (value === undefined) continue;
    const from = { clock: clock.identity, port };
    notices.push({
      to,
      message: managementNotice(name, value, { from, request, sequenceId: subscriber.sequenceId++ & 0xffff }),
    });
  }
  return notices;
}

const marksOf = (clock: ManagedClock): Map<string, unknown> =>
  new Map([...places(clock)].map(({ key, mark, port }) => [key, mark(clock, port)]));

/** Yields each event of the clock once, with its first port, and each event of ports for every port. */
function* places(clock: ManagedClock): Generator<EventKind & { readonly port: number; readonly key: string }> {
  const ports = [...clock.ports.keys()];
  for (const kind of KINDS) {
    const at = kind.event === 'portState' ? ports : ports.slice(0, 1);
    for (const port of at) yield { ...kind, port, key: `${kind.event} ${port}` };
  }
}

/** Differs when another timeTransmitter is followed, or its quality changes. */
function parentMark(clock: ManagedClock, port: number): string | undefined {
  const set = readManaged(clock, 'parent-data-set', port);
  if (set === undefined) return undefined;
  const { parent, grandmaster, priority1, priority2, quality } = set;
  return JSON.stringify([parent, grandmaster, priority1, priority2, quality]);
}
