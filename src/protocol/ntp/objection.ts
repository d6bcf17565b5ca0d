import type { Answer } from './evaluate.js';
import { namesUs } from './refid.js';

/**
 * Returns why the time of a well-formed answer is of no use to this machine, as the end of a sentence about the server;
 * undefined when it may be used.
 */
export function objectionTo(answer: Answer, ownAddresses: readonly string[]): string | undefined {
  return namesUs(answer.refid, answer.stratum, ownAddresses)
    ? `follows this machine (refid ${answer.reference})`
    : undefined;
}
