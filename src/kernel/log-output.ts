/** The state of the log's output, for status and metrics. */
export interface LogOutput {
  /** Empty, or a sentence that says why lines are being lost. */
  readonly problem: string;
  /** Lines lost since the start. */
  readonly lost: number;
}

export const NO_LOG_OUTPUT: LogOutput = { problem: '', lost: 0 };
