import type { Instant, Logger, Ns, Timer } from '../../api/index.js';
import type { Action } from '../../core/engine/input.js';
import { EventDamper } from './event-damper.js';
import type { EventList } from './event-list.js';
import type { UntimedEvent } from './untimed-event.js';

export interface EventReporterParts {
  readonly timers: { readonly monotonic: () => Instant; readonly after: (delayNs: Ns, handler: () => void) => Timer };
  readonly events: EventList;
  readonly log: (id: string) => Logger;
  /** Returns the present UTC, RFC 3339. */
  readonly now: () => string;
}

/** Puts events into the list of events and the log. Events of a subject that alternates are counted and summarised. */
export class EventReporter {
  readonly #parts: EventReporterParts;
  readonly #damper: EventDamper<UntimedEvent>;

  constructor(parts: EventReporterParts) {
    this.#parts = parts;
    this.#damper = new EventDamper<UntimedEvent>({
      ...parts.timers,
      subjectOf,
      report: (event) => this.#publish(event),
    });
  }

  report(event: UntimedEvent): void {
    this.#damper.take(event);
  }

  /** Reports an event of the engine. An event with a code needs a remedy: it is a warning. */
  reportAction({ kind, id, text, code, warning }: Extract<Action, { readonly type: 'event' }>): void {
    const severity = warning === true || code !== undefined ? 'warning' : 'info';
    this.report({ kind, id, severity, text, ...(code === undefined ? {} : { code }) });
  }

  /** Adds an event to the list at once, without a line in the log. */
  list(event: UntimedEvent): void {
    this.#parts.events.add({ at: this.#parts.now(), ...event });
  }

  forget(subject: Pick<UntimedEvent, 'kind' | 'id'>): void {
    this.#damper.forget(subjectOf(subject));
  }

  /** Reports all held events. */
  stop(): void {
    this.#damper.stop();
  }

  #publish(event: UntimedEvent): void {
    const { id, kind, severity, text, code } = event;
    this.list(event);
    const fields = { event: kind, ...(code === undefined ? {} : { code }) };
    const log = this.#parts.log(id);
    if (severity === 'warning') log.warn(text, fields);
    else log.info(text, fields);
  }
}

const subjectOf = ({ kind, id }: Pick<UntimedEvent, 'kind' | 'id'>): string => `${kind} ${id}`;
