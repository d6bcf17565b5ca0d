import type { Logger, Timer } from '../api/index.js';
import { createEngine } from '../core/engine.js';
import { createEstimator } from '../core/estimator/index.js';
import { readLeapTable } from '../core/leap/leap-list.js';
import type { LeapTable } from '../core/leap/leap-table.js';
import { openHost } from '../host/host.js';
import { diffConfig, formatProblems, type HubConfig, problemLine } from '../kernel/config/index.js';
import type { Host, HostClock } from '../kernel/host.js';
import { Hub } from '../kernel/hub.js';
import { NO_STATE, StateFile } from '../kernel/memory/state-file.js';
import { containUncaught } from '../kernel/plugins/scope.js';
import { FileJournal, type Journal, NO_JOURNAL } from '../kernel/record/event-log.js';
import { EXIT, type ExitStatus } from './exit.js';
import { isJournal, withPriority } from './journal-prefix.js';
import { type LoadedHub, loadHub } from './load.js';
import { createLog, type LogFormat } from './log.js';
import { VERSION } from './version.js';

export interface DaemonOptions {
  /** As the operator wrote it. */
  readonly path: string;
  readonly steer: boolean;
  readonly logFormat: LogFormat;
}

export interface Daemon {
  readonly hub: Hub;
  readonly config: HubConfig;
  /** Resolves when everything has stopped. */
  readonly ended: Promise<ExitStatus>;
  stop(status?: ExitStatus): void;
}

/** Starts the hub in this process. Undefined when the configuration has problems, which have been printed then. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon | undefined> {
  const loaded = await loadHub(options.path);
  if (loaded.problems !== undefined) {
    const told = `${formatProblems(loaded.problems)}\n`;
    process.stderr.write(isJournal(process.env, process.stderr) ? withPriority(told, 'error') : told);
    return undefined;
  }
  const { config, plans } = loaded;
  const logFor = await createLog(config.hub.logLevel, options.logFormat);
  const log = logFor('hub');
  warnOf(loaded, log);
  const host = options.steer ? openHost() : withoutSteering(openHost());
  for (const note of host.notes) log.warn(note);
  const leap = host.leapSeconds();
  const leapTable = readLeapTable(leap?.text, leap?.path);
  const journal = openJournal(config, host, leapTable);
  const engine = createEngine(config.hub, createEstimator(), leapTable);
  const state = config.hub.stateDir === undefined ? NO_STATE : new StateFile(config.hub.stateDir);
  let stop: Daemon['stop'] = () => {};
  const abort = (error: Error) => {
    log.warn(`stops, because a part without which it must not run failed: ${error.message}`);
    stop(EXIT.software);
  };
  const hub = new Hub({ version: VERSION, host, engine, journal, state, log: logFor, abort });
  const ended = new Promise<ExitStatus>((resolve) => {
    const release = handleProcess({ host, hub, log, config, stop: (status) => stop(status) });
    stop = (status = EXIT.synchronised) => {
      stop = () => {};
      host.notify('STOPPING=1');
      void hub.stop().finally(() => {
        release();
        host.close();
        resolve(status);
      });
    };
  });
  await hub.start(plans);
  log.info(`runs ${config.path}: ${plans.map((plan) => plan.id).join(', ')}`);
  host.notify('READY=1');
  return { hub, config, ended, stop: (status) => stop(status) };
}

interface Handled {
  readonly host: Host;
  readonly hub: Hub;
  readonly log: Logger;
  readonly config: HubConfig;
  readonly stop: (status?: ExitStatus) => void;
}

/** Signals, faults nobody caught, the service manager's watchdog. Returns the undoing. */
function handleProcess({ host, hub, log, config, stop }: Handled): () => void {
  const release = containUncaught((error) => {
    log.warn(`fault of the hub itself: ${error instanceof Error ? error.stack : String(error)}`);
    stop(EXIT.software);
  });
  let asked = false;
  const end = (): void => {
    // Asked twice: the operator does not want to wait.
    if (asked) process.exit(EXIT.software);
    asked = true;
    stop();
  };
  let inForce = config;
  const reread = () =>
    void reload(inForce, hub, log).then((next) => {
      inForce = next;
    });
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', reread);
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
    process.off('SIGINT', end).off('SIGTERM', end).off('SIGHUP', reread);
  };
}

/** Answers with the configuration that is then in force: one with problems changes nothing. */
async function reload(inForce: HubConfig, hub: Hub, log: Logger): Promise<HubConfig> {
  const loaded = await loadHub(inForce.path);
  if (loaded.problems !== undefined) {
    log.warn(`the configuration in force stays: ${inForce.path} has problems\n${formatProblems(loaded.problems)}`);
    return inForce;
  }
  warnOf(loaded, log);
  const difference = diffConfig(inForce, loaded.config);
  await hub.reload(loaded.plans, difference);
  const parts = (['added', 'removed', 'changed', 'retuned', 'kept'] as const).filter(
    (part) => difference[part].length > 0,
  );
  log.info(`read ${inForce.path} again: ${parts.map((part) => `${part} ${difference[part].join(', ')}`).join('; ')}`);
  if (difference.hub) log.warn('what changed outside of sources and sinks counts from the next start on');
  return loaded.config;
}

function warnOf({ warnings }: LoadedHub, log: Logger): void {
  for (const warning of warnings) log.warn(problemLine(warning), { code: warning.code });
}

function openJournal(config: HubConfig, host: Host, leapTable: LeapTable): Journal {
  if (config.hub.eventLog === undefined) return NO_JOURNAL;
  return new FileJournal(config.hub.eventLog, {
    schema: 1,
    version: VERSION,
    monotonic: host.monotonic(),
    core: config.hub,
    leapTable,
  });
}

const withoutSteering = (host: Host): Host => ({
  ...host,
  clocks: host.clocks.map(observed),
  openClock: (id, wishes) => observed(host.openClock(id, wishes)),
});

const observed = <C extends HostClock>(clock: C): C =>
  Object.assign(Object.create(clock), { obstacle: () => 'the hub was started with --no-steer' });
