import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { EXIT, type ExitStatus } from './exit.js';
import { packageRoot } from './package-root.js';

/** `timehub build-addon`: compiles the native addon of this installation, even if there is one. */
export async function run(): Promise<ExitStatus> {
  const script = join(packageRoot(), 'scripts/build-native.mjs');
  const child = spawn(process.execPath, [script, '--force', '--required'], { stdio: 'inherit' });
  const [status] = (await once(child, 'exit')) as [number | null];
  return status === 0 ? EXIT.synchronised : EXIT.software;
}
