import { PEER_ATTACKS } from './attacks/index.js';
import { describeAttacks } from './suite.js';

describeAttacks('a hub with a hostile peer', PEER_ATTACKS);
