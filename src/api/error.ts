/** Codes are listed with cause, effect and remedy in the kernel's table; `timehub explain TH_…` prints them. */
export type ErrorCode = `TH_${string}`;

export interface HubErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string | undefined;
  readonly isOver?: (() => boolean) | undefined;
}

/** An error an operator can act on: a stable code, what happened in `message`, what to do in `hint`. */
export class HubError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /**
   * True once the cause is gone: the interface, address or device is there. Asked twice a second while the instance that
   * failed waits, so that it starts again at once; it must be cheap and change nothing. Undefined where that cannot be known.
   */
  readonly isOver: (() => boolean) | undefined;

  /** By its shape: a plugin of another package brings a class of its own, loaded from another file. */
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
