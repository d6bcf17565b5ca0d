/** Orders to the client over IPC. */
export type Order =
  | { readonly kind: 'begin' }
  /** `patienceMs`: the maximum wait for the last answers. */
  | { readonly kind: 'end'; readonly patienceMs: number };

/** The hub's service to a client during a span of time. */
export interface Span {
  /** Time from each request to its reply, ms. */
  readonly ntpDelaysMs: readonly number[];
  /** Requests without a reply. */
  readonly ntpLost: number;
  readonly statuses: readonly StatusAnswer[];
  /** Requests at the dashboard's port. */
  readonly pagesAsked: number;
  readonly pagesAnswered: number;
}

export type StatusAnswer = { readonly delayMs: number } & (
  | { readonly failure: string }
  | { readonly failure?: never; readonly mode: string; readonly sigmaNs: number; readonly boundNs: number }
);
