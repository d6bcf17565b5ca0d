import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { skip } from '../../need.js';
import { root } from '../../place.js';

const cache = join(root, '.cache/vm');
const scripts = join(root, 'test/vm/qemu');

/** Folder of an unpacked Debian: the emulator, and the kernel and programs of the guests. */
export const debian = join(cache, 'root');

/** The initial RAM disk that all guests share. */
export const image = join(cache, 'image.cpio');

/** Prepares for guests, or skips the test. */
export function boot(context: Mocha.Context): void {
  const reason = obstacle() || prepare();
  if (reason !== '') skip(context, reason);
}

/** Returns the reason why this machine cannot run guests, or ''. */
function obstacle(): string {
  if (process.getuid?.() !== 0) return 'the folder of an emulated guest can only be made by root';
  if (process.arch !== 'x64') return 'the emulated guests are made for x86-64 alone';
  return '';
}

/** Fetches and makes, once, the files that all guests share. Returns '' if they exist, else the reason. */
function prepare(): string {
  mkdirSync(cache, { recursive: true });
  for (const [script, ...args] of [
    ['root.sh', debian],
    ['image.sh', debian, image, process.execPath],
  ] as const) {
    // Several test files may run side by side: the others wait for the first.
    const command = [join(cache, 'lock'), 'bash', join(scripts, script), ...args];
    const { status, stderr } = spawnSync('flock', command, { encoding: 'utf8' });
    if (status !== 0) return `the guest's ${script} failed: ${stderr.trim().split('\n').at(-1)}`;
  }
  return '';
}
