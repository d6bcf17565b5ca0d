import { DATAGRAM_ATTACKS } from './attacks/index.js';
import { describeAttacks } from './suite.js';

describeAttacks("a hub whose servers' ports are flooded", DATAGRAM_ATTACKS);
