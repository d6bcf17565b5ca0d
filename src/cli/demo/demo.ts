import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { formatProblems } from '../../kernel/config/index.js';
import { defaultControlPath } from '../../lab/loopback/control-path.js';
import { openClient } from '../client.js';
import { EXIT, type ExitStatus } from '../exit.js';
import { type LoadedHub, loadHub } from '../load-hub.js';
import { packageRoot } from '../package-root.js';
import { requirePorts } from './busy-ports.js';
import { type DemoPlaces, hintsFor, ownCommand } from './commands.js';
import { parsePortBase, portsOf, readMoved, USUAL_BASE } from './demo-ports.js';
import { endWithNpm } from './parent.js';
import { showStatus } from './screen.js';

interface DemoOptions {
  readonly portBase?: string;
}

interface Plan extends DemoPlaces {
  /** Arguments of `timehub lab run`. */
  readonly labArguments: readonly string[];
  readonly load: () => Promise<LoadedHub>;
}

/** `timehub demo`: runs the hub with a lab, which is a process of its own so that the operator can stop its parts. */
export async function run(path: string | undefined, options: DemoOptions): Promise<ExitStatus> {
  const config = path ?? join(packageRoot(), 'config/demo.toml');
  const { problems } = await loadHub(config);
  if (problems !== undefined) {
    process.stderr.write(`${formatProblems(problems)}\n`);
    return EXIT.config;
  }
  const plan = await planDemo(config, parsePortBase(options.portBase));
  const lab = spawn(process.execPath, [join(packageRoot(), 'bin/timehub'), 'lab', 'run', ...plan.labArguments], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const labEnded = once(lab, 'exit');
  const ready = await Promise.race([once(lab, 'message').then(() => true), labEnded.then(() => false)]);
  if (!ready) return lab.exitCode === EXIT.config ? EXIT.config : EXIT.software;
  try {
    return await showHub(config, plan, lab);
  } finally {
    // The lab ends when this process disconnects or ends.
    if (lab.connected) lab.disconnect();
    await labEnded;
  }
}

async function showHub(config: string, plan: Plan, lab: ChildProcess): Promise<ExitStatus> {
  const { startDaemon } = await import('../daemon.js');
  const daemon = await startDaemon({
    ...{ path: config, load: plan.load, steer: false, logFormat: 'text', hangup: 'stop' },
  });
  if (daemon === undefined) return EXIT.config;
  endWithNpm(() => daemon.stop());
  lab.once('exit', () => daemon.stop(EXIT.software));
  const stopShowing = showStatus({
    report: () => daemon.hub.report.status(),
    hints: hintsFor(plan),
    onGone: () => daemon.stop(),
  });
  return daemon.ended.finally(stopShowing);
}

/** Chooses ports and sockets. Rejects with `TH_NET_PORT_BUSY` when a port is in use. */
async function planDemo(path: string, base: number): Promise<Plan> {
  const world = readMoved(path, base);
  const { parse } = await import('smol-toml');
  const command = ownCommand(process.argv[1]!, process.cwd(), process.env.PATH ?? '');
  const start = process.env.npm_lifecycle_event === 'start' ? 'npm start --' : `${command} demo`;
  const tree = parse(world.text);
  const ports = portsOf(tree);
  await requirePorts(ports, base, start);
  const own = base !== USUAL_BASE;
  const socket =
    own || (await hubAnswers()) ? join(dirname(defaultControlPath()), `timehub-demo-${base}.sock`) : undefined;
  const labSocket = own ? join(dirname(defaultControlPath()), `timehub-lab-${base}.sock`) : undefined;
  const dashboard = ports.find(({ user }) => user.startsWith('sink observability.'));
  return {
    command,
    socket,
    labSocket,
    ntpPort: ports.find(({ user }) => user.startsWith('sink ntp.'))?.port,
    dashboard: dashboard === undefined ? undefined : `${dashboard.address}:${dashboard.port}`,
    labArguments: [
      path,
      ...(own ? ['--port-base', String(base)] : []),
      ...(labSocket === undefined ? [] : ['--control', labSocket]),
    ],
    load: async () => withSocket(await loadHub(world), socket),
  };
}

/** Moves the control socket of a loaded configuration to another path. */
function withSocket(loaded: LoadedHub, socket: string | undefined): LoadedHub {
  if (loaded.problems !== undefined || socket === undefined) return loaded;
  const plans = loaded.plans.map((plan) =>
    plan.definition.type === 'observability' && (plan.config as { readonly socket?: string }).socket === undefined
      ? { ...plan, config: { ...(plan.config as object), socket } }
      : plan,
  );
  return { ...loaded, plans };
}

/** Returns true when a client without `--socket` would reach another hub of this machine. */
async function hubAnswers(): Promise<boolean> {
  return openClient(undefined).then(
    () => true,
    () => false,
  );
}
