import { createHash } from 'node:crypto';
import type { TimeState } from '../../api/index.js';
import { toLine } from './event-log.js';

/** Returns a hash of a state: equal states have equal hashes, to the last bit of each number. */
export const stateDigest = (state: TimeState): string =>
  createHash('sha256').update(toLine(state)).digest('hex').slice(0, 16);
