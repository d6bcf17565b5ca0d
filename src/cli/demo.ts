import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { StatusReport } from '../api/index.js';
import { EXIT, type ExitStatus } from './exit.js';
import { ownCommand, packageRoot } from './package-root.js';
import { headline, paint, sourceTable } from './text.js';

const TRY_NEXT = `
Try next, in another terminal:
  bin/timehub status            the same, once; with --json for programs
  bin/timehub why               the decision in plain sentences
  bin/timehub lab stop b        one server dies; "lab start b" brings it back
  bin/timehub lab stop all      holdover: the error bound grows
  chronyd -Q 'server 127.0.0.1 port 11123 iburst'   what another program makes of the served time
  {dashboard}
Ctrl-C ends it.
`;

/** On a terminal the table is redrawn; elsewhere a line is enough now and then. */
const REDRAW_MS = 1000;
const RETELL_MS = 15_000;

/** `timehub demo`: the hub on a simulated world, which lives in a process of its own so that it can be broken. */
export async function run(path: string | undefined): Promise<ExitStatus> {
  const config = path ?? join(packageRoot(), 'config/demo.toml');
  const lab = spawn(process.execPath, [join(packageRoot(), 'bin/timehub'), 'lab', 'run', config], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ready = await Promise.race([once(lab, 'message').then(() => true), once(lab, 'exit').then(() => false)]);
  if (!ready) return lab.exitCode === EXIT.config ? EXIT.config : EXIT.software;
  try {
    const { startDaemon } = await import('./daemon.js');
    const daemon = await startDaemon({ path: config, steer: false, logFormat: 'text' });
    if (daemon === undefined) return EXIT.config;
    const stopTelling = tell(() => daemon.hub.report.status(), dashboardOf(daemon.config.instances));
    return await daemon.ended.finally(stopTelling);
  } finally {
    // Ctrl-C reaches both; however this process ends, the lab ends when it lets go of it.
    if (lab.connected) lab.disconnect();
  }
}

/** Shows the status while it changes. Returns the end of it. */
function tell(report: () => StatusReport, dashboard: string): () => void {
  const terminal = process.stdout.isTTY === true;
  let told = '';
  let toldAt = 0;
  let hinted = false;
  const show = async (): Promise<void> => {
    const status = report();
    const due = terminal || status.mode !== told || performance.now() - toldAt > RETELL_MS;
    if (!due) return;
    told = status.mode;
    toldAt = performance.now();
    const screen = `${headline(status)}\n\n${await sourceTable(status)}\n`;
    const hint = TRY_NEXT.replaceAll('bin/timehub', ownCommand()).replace('{dashboard}', dashboard);
    if (terminal) process.stdout.write(`\x1b[H\x1b[J${screen}${status.mode === 'tracking' ? paint('dim', hint) : ''}`);
    else process.stdout.write(`\n${screen}${status.mode === 'tracking' && !hinted ? hint : ''}`);
    hinted ||= status.mode === 'tracking';
  };
  const timer = setInterval(() => void show(), REDRAW_MS);
  return () => clearInterval(timer);
}

function dashboardOf(instances: readonly { readonly type: string; readonly config: unknown }[]): string {
  const { config } = instances.find((instance) => instance.type === 'observability') ?? {};
  const { listen } = (config ?? {}) as { readonly listen?: unknown };
  return typeof listen === 'string' ? `http://${listen}/   the dashboard` : '';
}
