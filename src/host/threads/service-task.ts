import { type ErrorCode, HubError } from '../../api/index.js';

/** The `workerData` of the thread of a service. */
export interface ServiceTask {
  readonly module: string;
  readonly data: unknown;
  /** One word of 32 bits: the rounds of its heartbeat. */
  readonly rounds: SharedArrayBuffer;
}

/** An error as messages between threads have it: structured clones lose the code. */
export interface CloneableError {
  readonly code?: string | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
}

export type ToService = { readonly kind: 'update'; readonly data: unknown } | { readonly kind: 'stop' };

/** `updated` answers each `update`, in their order. */
export type FromService =
  | { readonly kind: 'started'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: CloneableError }
  | { readonly kind: 'updated'; readonly error: CloneableError | undefined };

export function cloneableError(thrown: unknown): CloneableError {
  if (thrown instanceof HubError) return { code: thrown.code, message: thrown.message, hint: thrown.hint };
  return { message: thrown instanceof Error ? thrown.message : String(thrown) };
}

export const thrownError = ({ code, message, hint }: CloneableError): Error =>
  code === undefined ? new Error(message) : new HubError(code as ErrorCode, message, { hint });
