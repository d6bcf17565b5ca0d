import type { ErrorCode } from '../../api/index.js';

/** What an operator should know of an error, a sentence each. */
export interface Explanation {
  readonly cause: string;
  readonly effect: string;
  readonly remedy: string;
}

export type Explanations = Readonly<Record<ErrorCode, Explanation>>;
