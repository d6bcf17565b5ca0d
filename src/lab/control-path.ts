import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { identity } from '../files/identity.js';
import { isStranger } from '../files/weakness.js';

/** Where a lab takes commands unless told otherwise: a folder that belongs to this user alone. */
export function defaultControlPath(): string {
  const runtime = process.env.XDG_RUNTIME_DIR;
  return runtime === undefined || runtime === ''
    ? join('/tmp', `timehub-${process.getuid?.() ?? 0}`, 'lab.sock')
    : join(runtime, 'timehub-lab.sock');
}

/**
 * Makes the folder of a control socket when it is missing. Throws when it belongs to another user, who could answer in place of
 * the lab.
 */
export function makeRoom(path: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid } = statSync(folder);
  if (isStranger(uid, identity())) throw new Error(`${folder} belongs to another user (uid ${uid})`);
}
