import { setTimeout as pause } from 'node:timers/promises';
import type { Logger, Timer } from '../api/index.js';
import { openHost } from '../host/host.js';
import { exitNow, exitWithin } from '../host/process-exit.js';
import { assembleHub, logHeader } from '../kernel/assembly/assemble.js';
import { ABORT, EVENT_LOG, HUB_VERSION, LOG, LOG_OUTPUT, STATE_STORE } from '../kernel/assembly/tokens.js';
import { formatProblems, type HubConfig, problemLine } from '../kernel/config/index.js';
import { EventLogFile } from '../kernel/event-log/event-log.js';
import type { Host, HostClock } from '../kernel/host.js';
import type { Hub } from '../kernel/hub.js';
import { containUncaught } from '../kernel/plugins/scope.js';
import { StateFile } from '../kernel/saved-state/state-file.js';
import { EXIT, type ExitStatus } from './exit.js';
import { holdHangups, oneAtATime } from './hangups.js';
import { isJournal, withPriority } from './journal-prefix.js';
import { type LoadedHub, loadHub } from './load-hub.js';
import { createLog, type LogFormat } from './log.js';
import { captureOutput } from './output/foreign-output.js';
import { outliveStandardStreams } from './output/standard-streams.js';
import { Reload } from './reload.js';
import { keepHeapSmall } from './small-heap.js';
import { VERSION } from './version.js';

export interface DaemonOptions {
  /** Path of the configuration as the operator typed it. */
  readonly path: string;
  readonly steer: boolean;
  readonly logFormat: LogFormat;
  /** Reads the configuration at the start. Default: from `path`. */
  readonly load?: () => Promise<LoadedHub>;
  /** The effect of SIGHUP. A closing terminal sends it, too. */
  readonly hangup: 'reload' | 'stop';
}

export interface Daemon {
  readonly hub: Hub;
  readonly config: HubConfig;
  /** Resolves when everything has stopped. */
  readonly ended: Promise<ExitStatus>;
  stop(status?: ExitStatus): void;
}

/** Starts the hub in this process. Prints the problems of the configuration and resolves with undefined if there are any. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon | undefined> {
  keepHeapSmall();
  outliveStandardStreams();
  const hangups = holdHangups();
  const loaded = await (options.load?.() ?? loadHub(options.path));
  if (loaded.problems !== undefined) {
    const told = `${formatProblems(loaded.problems)}\n`;
    process.stderr.write(isJournal(process.env, process.stderr) ? withPriority(told, 'error') : told);
    return undefined;
  }
  const { config, plans } = loaded;
  const logs = await createLog(config.hub.logLevel, options.logFormat);
  const log = logs.of('hub');
  warnOf(loaded, log);
  const host = options.steer ? openHost() : withoutSteering(openHost());
  for (const note of host.notes) log.warn(note);
  let stop: Daemon['stop'] = () => {};
  let isStopping = false;
  const abort = (error: Error) => {
    log.warn(`stops because an instance with on-error = "abort" failed: ${error.message}`);
    stop(EXIT.software);
  };
  const { eventLog, stateDir } = config.hub;
  const hub = assembleHub(host, config.hub, (parts) => {
    parts.value(HUB_VERSION, VERSION).value(LOG, logs.of).value(LOG_OUTPUT, logs).value(ABORT, abort);
    if (eventLog !== undefined) parts.factory(EVENT_LOG, () => new EventLogFile(eventLog, logHeader(parts)));
    if (stateDir !== undefined) parts.value(STATE_STORE, new StateFile(stateDir));
  });
  const releaseOutput = captureOutput((id = 'hub') => hub.logOf(id));
  const releaseProcess = handleProcess({ host, log, stop: (status) => stop(status) });
  const end = async (): Promise<void> => {
    exitWithin(STOP_DEADLINE_MS, EXIT.software);
    hangups.ignore();
    host.notify('STOPPING=1');
    await hub.stop();
    host.close();
    releaseOutput();
    await logs.close();
    releaseProcess();
  };
  const ended = new Promise<ExitStatus>((resolve) => {
    stop = (status = EXIT.synchronised) => {
      stop = () => {};
      isStopping = true;
      void end().finally(() => resolve(status));
    };
  });
  if (options.hangup === 'stop') hangups.release(() => stop());
  // A stop does not wait for a plugin that goes on starting.
  await Promise.race([hub.start(plans), ended]);
  const reload = new Reload({ config, hub, host, log });
  if (options.hangup === 'reload')
    hangups.release(
      oneAtATime(
        () => reload.run(),
        () => pause(REST_MS),
      ),
    );
  if (!isStopping) {
    log.info(`runs ${config.path}: ${plans.map((plan) => plan.id).join(', ')}`);
    host.notify('READY=1');
  }
  return { hub, config, ended, stop: (status) => stop(status) };
}

/** Time after which a stop ends the process. The hub needs 4.5 s at most: later only a plugin or Node's exit can hang. */
const STOP_DEADLINE_MS = 5000;
/** Rest between two reloads. */
const REST_MS = 250;
/** Stop signals within this time are one request: a terminal and npm each send the same Ctrl-C. */
const SAME_REQUEST_MS = 500;

interface Handled {
  readonly host: Host;
  readonly log: Logger;
  readonly stop: (status?: ExitStatus) => void;
}

/** Handles signals, uncaught errors and the service manager's watchdog. Returns the function that ends this. */
function handleProcess({ host, log, stop }: Handled): () => void {
  const release = containUncaught((error) => {
    log.warn(`fault of the hub itself: ${error.stack}`);
    stop(EXIT.software);
  });
  let askedAt: number | undefined;
  const end = (): void => {
    const now = performance.now();
    askedAt ??= now;
    // A second request: the operator does not want to wait.
    if (now - askedAt > SAME_REQUEST_MS) exitNow(EXIT.software);
    stop();
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  const watchdogUs = Number(process.env.WATCHDOG_USEC ?? 0);
  let feeding: Timer | undefined;
  const feed = (): void => {
    host.notify('WATCHDOG=1');
    feeding = host.after(watchdogUs * 500, feed);
  };
  if (watchdogUs > 0) feed();
  return () => {
    release();
    feeding?.cancel();
    process.off('SIGINT', end).off('SIGTERM', end);
  };
}

function warnOf({ warnings }: LoadedHub, log: Logger): void {
  for (const warning of warnings) log.warn(problemLine(warning), { code: warning.code });
}

const withoutSteering = (host: Host): Host => ({
  ...host,
  clocks: host.clocks.map(observed),
  openClock: (id, wishes) => observed(host.openClock(id, wishes)),
});

const observed = <C extends HostClock>(clock: C): C =>
  Object.assign(Object.create(clock), { obstacle: () => 'the hub was started with --no-steer' });
