import type { Context } from 'timehub/api';

/** Health of an instance, and its reason for the operator, one sentence. */
export interface InstanceHealth {
  readonly state: 'ok' | 'degraded';
  readonly reason: string;
}

/** Reports the health of an instance when it changes. */
export class HealthReport {
  readonly #context: Context;
  #reported: InstanceHealth | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Returns true if this is news. */
  set(health: InstanceHealth): boolean {
    const { state, reason } = health;
    if (this.#reported?.state === state && this.#reported.reason === reason) return false;
    this.#reported = health;
    this.#context.health(state, reason);
    return true;
  }
}
