import type { Action } from './input.js';

type EventKind = Extract<Action, { type: 'event' }>['kind'];

interface EventDetails {
  readonly code?: string | undefined;
  readonly warning?: boolean;
}

/** The actions that one input leads to, in their order. */
export class ActionList {
  #actions: Action[] = [];

  add(action: Action): void {
    this.#actions.push(action);
  }

  addEvent(kind: EventKind, id: string, text: string, { code, warning }: EventDetails = {}): void {
    const details = { ...(code === undefined ? {} : { code }), ...(warning === true ? { warning } : {}) };
    this.#actions.push({ type: 'event', kind, id, text, ...details });
  }

  /** Returns the actions and begins an empty list. */
  take(): readonly Action[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }
}
