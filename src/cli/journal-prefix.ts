/** Priorities of syslog(3) that journald reads at the beginning of a line (sd-daemon(3)). */
const PRIORITY = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 } as const;

export type Priority = keyof typeof PRIORITY;

/** Puts the priority before each line of a text. */
export const withPriority = (text: string, priority: Priority): string =>
  text.replace(/^(?=[^\n])/gm, `<${PRIORITY[priority]}>`);

/** Returns true if standard error leads to journald. A terminal may have inherited the variable from a user's service. */
export const isJournal = (env: NodeJS.ProcessEnv, stream: { readonly isTTY?: boolean }): boolean =>
  (env.JOURNAL_STREAM ?? '') !== '' && stream.isTTY !== true;
