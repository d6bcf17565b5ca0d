// Run as a program: `attacker.js NAME FLOOD CONTROL-SOCKET` runs the attack of that name until its parent ends it, and
// reports the number of actions so far over IPC.

import { ATTACKS } from './attacks/index.js';

const REPORT_MS = 100;

const [name, flood, controlSocket] = process.argv.slice(2);
const attack = ATTACKS.find((one) => one.name === name);
if (attack === undefined || flood === undefined || controlSocket === undefined)
  throw new Error(`there is no attack "${name}"`);
const count = attack.begin({ flood, controlSocket });
setInterval(() => process.send?.(count()), REPORT_MS);
process.on('disconnect', () => process.exit());
