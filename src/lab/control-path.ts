import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where a lab takes commands unless told otherwise: a folder that belongs to this user alone. */
export function defaultControlPath(): string {
  const runtime = process.env.XDG_RUNTIME_DIR;
  return runtime === undefined || runtime === ''
    ? join('/tmp', `timehub-${process.getuid?.() ?? 0}`, 'lab.sock')
    : join(runtime, 'timehub-lab.sock');
}

/** The folder of a control socket, made when it is missing. */
export const makeRoom = (path: string): void => void mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
