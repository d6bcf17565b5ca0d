import { describePairings } from './ptp-pairings.js';
import { BRIEF, PAIRINGS } from './ptp-pairs.js';

describePairings(PAIRINGS.filter(({ name }) => !BRIEF.has(name)));
