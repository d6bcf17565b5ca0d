import { HubError } from '../api/index.js';
import { EXIT, type ExitStatus } from './exit.js';

interface LabOptions {
  readonly control?: string;
}

/**
 * `timehub lab run <config>` plays the world of a `[lab]` table; `list`, `stop <name>` and `start <name>` act on a running
 * one, to see what the hub makes of it.
 */
export async function run(action: string, name: string | undefined, options: LabOptions): Promise<ExitStatus> {
  if (action === 'run') return play(name);
  if (action !== 'list' && action !== 'stop' && action !== 'start') {
    throw new HubError('TH_CLI_USAGE', `"${action}" is not something a lab can do`, {
      hint: 'list, stop <name>, start <name> or run <config>',
    });
  }
  const { askLab, defaultControlPath } = await import('../lab/control.js');
  console.log(await askLab(options.control ?? defaultControlPath(), action, name));
  return EXIT.synchronised;
}
