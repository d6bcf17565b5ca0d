/** A code with cause, effect and remedy in src/kernel/errors; `timehub explain TH_…` prints them. */
export type ErrorCode = `TH_${string}`;

export interface HubErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string | undefined;
  readonly isOver?: (() => boolean) | undefined;
}

/** An error for the operator: a stable code, the cause in `message`, the remedy in `hint`. */
export class HubError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /**
   * Returns true once the cause is gone, for example when the interface, address or device is back. Called twice a second while
   * the failed instance waits, so that it restarts at once; must be cheap and without effect. Undefined if that cannot be
   * known.
   */
  readonly isOver: (() => boolean) | undefined;

  /** Compares name and members, because a plugin of another package has a class of its own, loaded from another file. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Error[Symbol.hasInstance](value) && (value as Error).name === 'HubError' && 'code' in (value as Error);
  }

  constructor(code: ErrorCode, message: string, options: HubErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HubError';
    this.code = code;
    this.hint = options.hint;
    this.isOver = options.isOver;
  }
}
