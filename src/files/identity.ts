import { readFileSync } from 'node:fs';

/** The effective user and group of this process, and the users and groups whose files it trusts. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Root, this user, and the user who called sudo: that user already decides what root runs. */
  readonly owners: ReadonlySet<number>;
  readonly groups: ReadonlySet<number>;
  /** The id that stands for every owner that this user namespace does not map; undefined if all are mapped. */
  readonly unmapped: number | undefined;
}

export function identity(environment: NodeJS.ProcessEnv = process.env): Identity {
  const uid = process.geteuid?.() ?? 0;
  const gid = process.getegid?.() ?? 0;
  const caller = (name: string): readonly number[] =>
    uid === 0 && /^\d+$/.test(environment[name] ?? '') ? [Number(environment[name])] : [];
  return {
    uid,
    gid,
    owners: new Set([0, uid, ...caller('SUDO_UID')]),
    groups: new Set([0, gid, ...caller('SUDO_GID')]),
    unmapped: ofThisProcess(),
  };
}

/** Number of user ids in a complete map (user_namespaces(7)). */
const ALL_IDS = 0xffff_ffff;
const USUAL_OVERFLOW = 65_534;

/**
 * Returns the user to whom files of unmapped users seem to belong (65534, "nobody"), or undefined if all users are mapped. In a
 * container that maps only some users, files of the host's root are among them, such as a mounted volume.
 */
export function unmappedUser(map: string, overflow: string): number | undefined {
  const [inside, outside, count] = map.trim().split(/\s+/).map(Number);
  if (map.trim() === '' || (inside === 0 && outside === 0 && count === ALL_IDS)) return undefined;
  return /^\d+\s*$/.test(overflow) ? Number(overflow) : USUAL_OVERFLOW;
}

let known: { readonly unmapped: number | undefined } | undefined;

/** A process stays in its user namespace. */
function ofThisProcess(): number | undefined {
  known ??= { unmapped: unmappedUser(read('/proc/self/uid_map'), read('/proc/sys/kernel/overflowuid')) };
  return known.unmapped;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
