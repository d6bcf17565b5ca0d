import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Bench } from '../../test/bench.js';
import { timehub } from '../../test/hub.js';

/** Starts the simulated servers of a demo configuration in a process of their own. `control` is the lab's socket. */
export async function startLab(bench: Bench, path: string, control: string): Promise<void> {
  const lab = spawn(process.execPath, [timehub, 'lab', 'run', path, '--control', control], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  bench.later(() => lab.disconnect());
  await once(lab, 'message');
}
