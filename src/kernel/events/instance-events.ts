import type { InstanceState } from '../../api/index.js';
import type { UntimedEvent } from './untimed-event.js';
import { withoutNumbers } from './without-numbers.js';

/** The part of an instance that its events are made from. */
export interface InstanceEventSubject {
  readonly id: string;
  readonly kind: 'source' | 'sink';
  readonly state: InstanceState;
  readonly reason: string;
}

const WORSE: ReadonlySet<InstanceState> = new Set(['degraded', 'failed', 'refused']);

/** Decides which changes of instances are events: another state, or a reason that differs in more than its numbers. */
export class InstanceEvents {
  /** The last reported state by id. */
  readonly #told = new Map<string, { readonly state: InstanceState; readonly gist: string }>();

  /** Returns the event of a change, or undefined. */
  of({ id, kind, state, reason }: InstanceEventSubject, before: InstanceState): UntimedEvent | undefined {
    if (state === 'starting' || state === 'stopping') return undefined;
    const told = this.#told.get(id);
    const wasWorse = told !== undefined && WORSE.has(told.state);
    // A successful start is an event only after a failure.
    if (state === 'running' && before === 'starting' && !wasWorse) return undefined;
    const gist = withoutNumbers(reason);
    if (told?.state === state && told.gist === gist) return undefined;
    this.#told.set(id, { state, gist });
    const word = state === 'running' && wasWorse && reason === '' ? 'running again' : state;
    const text = reason === '' ? `is ${word}` : `is ${word}: ${reason}`;
    return { kind, id, severity: WORSE.has(state) ? 'warning' : 'info', text };
  }

  forget(id: string): void {
    this.#told.delete(id);
  }
}
