import { HTTP_ATTACKS } from './attacks/index.js';
import { describeAttacks } from './suite.js';

describeAttacks("a hub whose dashboard's port and control socket are attacked", HTTP_ATTACKS);
