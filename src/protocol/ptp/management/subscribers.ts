import type { Instant } from '../../../api/time.js';
import type { Management } from '../message.js';
import type { DataSet, DataSetName } from './data-sets.js';
import { type ManagedClock, readManaged } from './managed-clock.js';
import { type ChangeResult, managementNotice } from './responder.js';

type Wish = DataSet<'subscribe-events-np'>;
type Events = Wish['events'];

/** What happens, and the data set that tells it: its `mark` differs then. */
interface EventKind {
  readonly event: keyof Events;
  readonly name: DataSetName;
  readonly mark: (clock: ManagedClock, port: number) => unknown;
}

interface Subscriber {
  readonly request: Management;
  readonly events: Events;
  readonly until: Instant;
  /** By event and port. */
  readonly marks: Map<string, unknown>;
  sequenceId: number;
}

export interface Notice {
  /** Where the subscription came from. */
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

/** Who is told of changes without asking, as linuxptp has it (SUBSCRIBE_EVENTS_NP), until its time is over. */
export class Subscribers {
  /** By where they ask from. */
  readonly #subscribers = new Map<string, Subscriber>();

  get size(): number {
    return this.#subscribers.size;
  }

  /** A new subscription, or a renewal; for 0 s: its end. It will hear of what changes from now on. */
  subscribe(request: Management, from: string, wish: Wish, clock: ManagedClock, now: Instant): ChangeResult {
    this.#expire(now);
    const before = this.#subscribers.get(from);
    if (wish.durationS === 0) {
      this.#subscribers.delete(from);
      return undefined;
    }
    if (before === undefined && this.#subscribers.size >= CAPACITY) return 'general';
    const until = now + BigInt(wish.durationS) * NS_PER_S;
    const marks = before?.marks ?? marksOf(clock);
    this.#subscribers.set(from, { request, events: wish.events, until, marks, sequenceId: before?.sequenceId ?? 0 });
    return undefined;
  }

  /** What this one has subscribed to, and for how much longer, s. */
  subscriptionOf(from: string, now: Instant): Wish {
    const { events, until } = this.#subscribers.get(from) ?? { events: NOTHING, until: now };
    const leftNs = until > now ? until - now : 0n;
    return leftNs === 0n
      ? { durationS: 0, events: NOTHING }
      : { durationS: Number((leftNs + NS_PER_S - 1n) / NS_PER_S), events };
  }

  /** Nobody is there any more. */
  forget(from: string): void {
    this.#subscribers.delete(from);
  }

  /** What has changed since each was told last. */
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

/** Each event of the clock once, at its first port, and those of ports at each. */
function* places(clock: ManagedClock): Generator<EventKind & { readonly port: number; readonly key: string }> {
  const ports = [...clock.ports.keys()];
  for (const kind of KINDS) {
    const at = kind.event === 'portState' ? ports : ports.slice(0, 1);
    for (const port of at) yield { ...kind, port, key: `${kind.event} ${port}` };
  }
}

/** Who is followed, and what that one says of its quality. */
function parentMark(clock: ManagedClock, port: number): string | undefined {
  const set = readManaged(clock, 'parent-data-set', port);
  if (set === undefined) return undefined;
  const { parent, grandmaster, priority1, priority2, quality } = set;
  return JSON.stringify([parent, grandmaster, priority1, priority2, quality]);
}
