import { createHash } from 'node:crypto';
import type { TimeState } from '../../api/index.js';
import { toLine } from './event-log.js';

/** A short name for a state, down to the last bit of each number. */
export const stateDigest = (state: TimeState): string =>
  createHash('sha256').update(toLine(state)).digest('hex').slice(0, 16);
