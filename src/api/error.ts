/** Codes are listed with cause, effect and remedy in the kernel's table; `timehub explain TH_…` prints them. */
export type ErrorCode = `TH_${string}`;

/** An error an operator can act on: a stable code, what happened in `message`, what to do in `hint`. */
export class HubError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { readonly cause?: unknown; readonly hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HubError';
    this.code = code;
    this.hint = options.hint;
  }
}
