import { HubError } from '../api/index.js';
import { EXIT, type ExitStatus } from './exit.js';

interface LabOptions {
  readonly control?: string;
  readonly portBase?: string;
}

/**
 * `timehub lab run <config>` runs the servers and receivers of a `[lab]` table. `list`, `stop <name>` and `start <name>` act on a
 * running lab.
 */
export async function run(action: string, name: string | undefined, options: LabOptions): Promise<ExitStatus> {
  if (action === 'run') return play(name, options);
  if (action !== 'list' && action !== 'stop' && action !== 'start') {
    throw new HubError('TH_CLI_USAGE', `"${action}" is not an action of the lab`, {
      hint: 'list, stop <name>, start <name> or run <config>',
    });
  }
  const { askLab, defaultControlPath } = await import('../lab/loopback/control.js');
  console.log(await askLab(options.control ?? defaultControlPath(), action, name));
  return EXIT.synchronised;
}

/** Runs the lab until a signal, or until the process that started it is gone. */
async function play(path: string | undefined, options: LabOptions): Promise<ExitStatus> {
  if (path === undefined) throw new HubError('TH_CLI_USAGE', 'lab run needs a configuration with a [lab]');
  const [{ loadHub }, { parsePortBase, readMoved }] = await Promise.all([
    import('./load-hub.js'),
    import('./demo/demo-ports.js'),
  ]);
  const loaded = await loadHub(
    options.portBase === undefined ? path : readMoved(path, parsePortBase(options.portBase)),
  );
  if (loaded.problems !== undefined) {
    const { formatProblems } = await import('../kernel/config/index.js');
    console.error(formatProblems(loaded.problems));
    return EXIT.config;
  }
  if (loaded.config.lab === undefined) throw new HubError('TH_LAB_TABLE', `${path} has no table [lab]`);
  const [{ openHost }, { startLab }, { defaultControlPath, serveControl }] = await Promise.all([
    import('../host/host.js'),
    import('../lab/loopback/lab.js'),
    import('../lab/loopback/control.js'),
  ]);
  const host = openHost();
  const lab = await startLab(loaded.config.lab, host);
  const control = await serveControl(lab, options.control ?? defaultControlPath());
  process.send?.('ready');
  await untilUnwanted();
  await control.close();
  await lab.close();
  host.close();
  // The open channel would keep this process alive.
  if (process.connected) process.disconnect();
  return EXIT.synchronised;
}

/** Resolves at a signal, or when the process that started this one disconnects or ends. */
function untilUnwanted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) {
      process.once(signal as 'SIGINT', () => resolve());
    }
    if (process.send !== undefined && !process.connected) resolve();
  });
}
