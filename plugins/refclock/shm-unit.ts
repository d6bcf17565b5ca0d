import { type Context, HubError, type SharedMemory, wholeNumber } from 'timehub/api';
import { SHM_OCTETS, shmKey } from 'timehub/protocol/refclock';
import * as v from 'valibot';

/** Units below this belong to root alone, by the convention of ntpd and gpsd: programs of other users use the others. */
const SHARED_UNITS = 2;
const OWNER_ONLY = 0o600;
const EVERY_USER = 0o666;
/** Modes in which the group or others may write. */
const FOREIGN_WRITERS = 0o022;

/** Schema of the number of a segment. */
export const unit = () =>
  v.pipe(
    wholeNumber(0, 7),
    v.description(
      'Number of the segment: key 0x4e545030 + unit. Of 0 and 1 only root may write; 2 to 7 are open to every user.',
    ),
  );

/** Returns the name of a unit for the operator. */
export const nameOf = (number: number): string => `unit ${number}`;

/**
 * Attaches the segment of a unit, and makes it if there is none. Throws `TH_SHM_OPEN`, also when other users than root and the
 * hub's could write to unit 0 or 1.
 */
export function openUnit(context: Pick<Context, 'sharedMemory'>, number: number, uid = process.getuid?.() ?? 0) {
  const isPrivate = number < SHARED_UNITS;
  const mode = isPrivate ? OWNER_ONLY : EVERY_USER;
  const segment = context.sharedMemory({ key: shmKey(number), octets: SHM_OCTETS, mode });
  const fault = isPrivate ? faultOf(segment, uid) : undefined;
  if (fault === undefined) return segment.memory;
  throw new HubError('TH_SHM_OPEN', `unit ${number} of the shared memory is not used: ${fault}`, {
    hint: `stop the program that made it, then run: ipcrm -M 0x${shmKey(number).toString(16)}`,
  });
}

function faultOf({ owner, mode }: SharedMemory, uid: number): string | undefined {
  if (owner !== 0 && owner !== uid) return `it belongs to another user (uid ${owner})`;
  return (mode & FOREIGN_WRITERS) === 0 ? undefined : `other users may write to it (mode 0${mode.toString(8)})`;
}
