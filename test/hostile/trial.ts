import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { within } from '../launch.js';
import type { Attack } from './attack.js';
import type { Span, StatusAnswer } from './span.js';
import type { Target } from './target.js';

const MEMORY_INTERVAL_MS = 250;
const BEGIN_MS = 10_000;
const ATTACKER = join(import.meta.dirname, 'attacker.js');

/** The effect of an attack on the hub. */
export interface Figures {
  readonly attack: string;
  /** The attack's actions a second. */
  readonly actionsPerS: number;
  readonly ntpReplies: number;
  readonly worstNtpMs: number;
  /** Requests without a reply, and datagrams that the kernel dropped at the hub's NTP port. */
  readonly ntpLost: number;
  readonly kernelDrops: number;
  readonly worstStatusMs: number;
  readonly failedStatuses: readonly string[];
  /** Share of the requests at the dashboard's port that were answered. */
  readonly pages: number;
  /** All modes that were reported. */
  readonly modes: readonly string[];
  /** Highest resident memory above that before the attack, bytes. */
  readonly growth: number;
  readonly logLines: number;
  /** Means of the system clock's sigma and bound. */
  readonly sigmaNs: number;
  readonly boundNs: number;
  /** Ratios to the values without the attack. */
  readonly sigmaRatio: number;
  readonly boundRatio: number;
  /** Share of one CPU, of all threads of the hub. */
  readonly cpu: number;
  /** Number of octets that left the hub's machine for each that entered it. */
  readonly amplification: number;
  /** Total time for which the hub's event loop waited for the CPU, ms. */
  readonly waitedMs: number;
  /** Restarts of sources and sinks after a failure; NaN if the hub did not answer. */
  readonly restarts: number;
}

/** Serves the client for `seconds` without an attack. */
export const calm = (target: Target, seconds: number): Promise<Span> =>
  target.during(() => pause(seconds * 1000), seconds * 1000);

/** A running attack. It ends when `end` is called. */
export interface Waged {
  readonly name: string;
  /** Resolves at its first action. */
  readonly begun: Promise<void>;
  /** Returns the number of actions so far. */
  readonly actions: number;
  end(): Promise<void>;
}

/** Begins an attack and measures its effect on the hub for `seconds`, compared with the calm `before`. */
export async function attackFor(
  target: Target,
  begin: (target: Target) => Waged,
  seconds: number,
  before: Span,
): Promise<{ readonly figures: Figures; readonly attacker: Waged }> {
  const memory = new MemoryWatch(target);
  await memory.look();
  const attacker = begin(target);
  await within(BEGIN_MS, attacker.begun, () => `the attack "${attacker.name}" does not begin`);
  const start = countsOf(target, attacker);
  const span = await target.during(() => memory.watch(seconds * 1000), seconds * 1000);
  const end = countsOf(target, attacker);
  const elapsedMs = end.at - start.at;
  const figures = {
    attack: attacker.name,
    actionsPerS: ((end.actions - start.actions) / elapsedMs) * 1000,
    ntpReplies: span.ntpDelaysMs.length,
    worstNtpMs: Math.max(0, ...span.ntpDelaysMs),
    ntpLost: span.ntpLost,
    kernelDrops: end.dropped - start.dropped,
    worstStatusMs: Math.max(0, ...span.statuses.map(({ delayMs }) => delayMs)),
    failedStatuses: span.statuses.flatMap(({ failure }) => failure ?? []),
    pages: span.pagesAnswered / span.pagesAsked,
    modes: [...new Set(span.statuses.flatMap((answer) => (answer.failure === undefined ? answer.mode : [])))],
    growth: memory.peak - memory.first,
    logLines: end.logged - start.logged,
    sigmaNs: meanOf(span, 'sigmaNs'),
    boundNs: meanOf(span, 'boundNs'),
    sigmaRatio: meanOf(span, 'sigmaNs') / meanOf(before, 'sigmaNs'),
    boundRatio: meanOf(span, 'boundNs') / meanOf(before, 'boundNs'),
    cpu: (end.cpuMs - start.cpuMs) / elapsedMs,
    amplification: (end.sent - start.sent) / (end.received - start.received),
    waitedMs: end.waitedMs - start.waitedMs,
    restarts: await target.restarts().catch(() => Number.NaN),
  };
  return { figures, attacker };
}

const countsOf = (target: Target, { actions }: Waged) => ({
  ...{ actions, at: performance.now(), ...target.octets() },
  ...{ cpuMs: target.cpuMs(), waitedMs: target.waitedMs(), logged: target.logged(), dropped: target.dropped() },
});

/** Begins an attack in another process. */
export const inProcess =
  (attack: Attack) =>
  (target: Target): Waged =>
    new Attacker(target, attack);

/** The process of attacker.ts. */
class Attacker implements Waged {
  readonly name: string;
  readonly begun: Promise<void>;
  readonly #process: ChildProcess;
  #actions = 0;

  constructor({ network, bench, flood, hub }: Target, { name, from = 'others' }: Attack) {
    const [command, ...rest] = [...network.asAttacker(from), process.execPath, ATTACKER, name, flood, hub.socket];
    const child = spawn(command!, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.name = name;
    this.#process = child;
    this.begun = new Promise((resolve, reject) => {
      child.on('message', (actions: number) => {
        this.#actions = actions;
        if (actions > 0) resolve();
      });
      child.on('exit', (code) => reject(new Error(`the attack "${name}" ended with ${code}`)));
    });
    this.begun.catch(() => {});
    bench.later(() => this.end());
  }

  get actions(): number {
    return this.#actions;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

/** Resident memory of the hub, bytes. */
class MemoryWatch {
  first = Number.NaN;
  peak = 0;
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  async look(): Promise<void> {
    const bytes = await this.#target.hub.memory();
    if (Number.isNaN(this.first)) this.first = bytes;
    this.peak = Math.max(this.peak, bytes);
  }

  async watch(durationMs: number): Promise<void> {
    for (const end = performance.now() + durationMs; performance.now() < end; await pause(MEMORY_INTERVAL_MS))
      await this.look();
    await this.look();
  }
}

function meanOf({ statuses }: Span, field: 'sigmaNs' | 'boundNs'): number {
  const values = statuses.flatMap((answer: StatusAnswer) => (answer.failure === undefined ? answer[field] : []));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
