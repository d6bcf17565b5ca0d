import type { ErrorCode } from '../../api/index.js';

/** Sentences for the operator about an error code. */
export interface Explanation {
  readonly cause: string;
  readonly effect: string;
  readonly remedy: string;
}

export type Explanations = Readonly<Record<ErrorCode, Explanation>>;
