import { HubError } from '../api/index.js';
import { exitNow } from '../host/process-exit.js';
import { EXIT, type ExitStatus } from './exit.js';
import type { LogFormat } from './log.js';

export interface RunOptions {
  /** False with `--no-steer`. */
  readonly steer?: boolean;
  readonly logFormat?: string;
}

/** `timehub run`: runs the hub in the foreground until SIGINT or SIGTERM. SIGHUP reads the configuration again. */
export async function run(path: string, options: RunOptions): Promise<ExitStatus> {
  const { startDaemon } = await import('./daemon.js');
  const daemon = await startDaemon({
    path,
    steer: options.steer !== false,
    logFormat: formatOf(options.logFormat),
    hangup: 'reload',
  });
  if (daemon === undefined) return EXIT.config;
  return exitNow(await daemon.ended);
}

function formatOf(text: string | undefined): LogFormat {
  if (text === undefined) return process.stderr.isTTY ? 'text' : 'json';
  if (text === 'text' || text === 'json') return text;
  throw new HubError('TH_CLI_USAGE', `--log-format must be "text" or "json", got "${text}"`);
}
