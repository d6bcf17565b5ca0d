import type { Bench } from '../../bench.js';
import type { GuestPlan } from './disk.js';
import { COUNTED_TIME, card, startGuest } from './emulator.js';

/** Both cards hang on one hub of the emulator. */
const HUB = 'hubport,hubid=0';

/**
 * Boots a guest with two network cards on one wire, in time that counts instructions. Resolves with its output. Rejects after
 * `timeoutS` of this machine's time.
 */
export async function runGuest(bench: Bench, plan: GuestPlan, timeoutS: number): Promise<string> {
  const cards = [...card('02', '52:54:00:00:00:0a', HUB), ...card('04', '52:54:00:00:00:0b', HUB)];
  const guest = await startGuest(bench, plan, { devices: [...COUNTED_TIME, ...cards] });
  await guest.ended(timeoutS);
  return guest.log();
}
