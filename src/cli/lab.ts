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
  if (action === 'run') return play(name, options);
  if (action !== 'list' && action !== 'stop' && action !== 'start') {
    throw new HubError('TH_CLI_USAGE', `"${action}" is not something a lab can do`, {
      hint: 'list, stop <name>, start <name> or run <config>',
    });
  }
  const { askLab, defaultControlPath } = await import('../lab/control.js');
  console.log(await askLab(options.control ?? defaultControlPath(), action, name));
  return EXIT.synchronised;
}

/** Plays the world until Ctrl-C, or until the process that wanted it is gone. */
async function play(path: string | undefined, options: LabOptions): Promise<ExitStatus> {
  if (path === undefined) throw new HubError('TH_CLI_USAGE', 'lab run needs a configuration with a [lab]');
  const { loadHub } = await import('./load.js');
  const loaded = await loadHub(path);
  if (loaded.problems !== undefined) {
    const { formatProblems } = await import('../kernel/config/index.js');
    console.error(formatProblems(loaded.problems));
    return EXIT.config;
  }
  if (loaded.config.lab === undefined) throw new HubError('TH_LAB_TABLE', `${path} has no table [lab]`);
  const [{ openHost }, { startLab }, { defaultControlPath, serveControl }] = await Promise.all([
    import('../host/host.js'),
    import('../lab/lab.js'),
    import('../lab/control.js'),
  ]);
  const host = openHost();
  const lab = await startLab(loaded.config.lab, host);
  const control = await serveControl(lab, options.control ?? defaultControlPath());
  process.send?.('ready');
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const)
      process.once(signal as 'SIGINT', () => resolve());
  });
  await control.close();
  await lab.close();
  host.close();
  // Whoever wanted this world would keep it alive by the channel.
  if (process.connected) process.disconnect();
  return EXIT.synchronised;
}
