import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Attack } from './attack.js';
import type { Span, StatusAnswer } from './span.js';
import type { Target } from './target.js';

const MEMORY_INTERVAL_MS = 250;
const ATTACKER = join(import.meta.dirname, 'attacker.js');

/** What an attack did to the hub. */
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
  /** Mean sigma and bound of the system clock, against those without the attack. */
  readonly sigmaRatio: number;
  readonly boundRatio: number;
  /** Share of one CPU, of all threads of the hub. */
  readonly cpu: number;
  readonly restarts: number;
}

/** Serves the client for `seconds` without an attack. */
export const calm = (target: Target, seconds: number): Promise<Span> =>
  target.during(() => pause(seconds * 1000), seconds * 1000);

/** Attacks the hub for `seconds`, compared with the calm `before`. The attack goes on until `end` is called. */
export async function attackFor(
  target: Target,
  attack: Attack,
  seconds: number,
  before: Span,
): Promise<{ readonly figures: Figures; readonly end: () => Promise<void> }> {
  const restarts = await target.restarts();
  const memory = new MemoryWatch(target);
  await memory.look();
  const start = { cpu: target.cpuMs(), logged: target.logged(), dropped: target.dropped(), at: performance.now() };
  const attacker = new Attacker(target, attack);
  await attacker.begun;
  const [first, begunAt] = [attacker.actions, performance.now()];
  const span = await target.during(() => memory.watch(seconds * 1000), seconds * 1000);
  const elapsed = performance.now() - start.at;
  const figures = {
    attack: attack.name,
    actionsPerS: (attacker.actions - first) / ((performance.now() - begunAt) / 1000),
    ntpReplies: span.ntpDelaysMs.length,
    worstNtpMs: Math.max(0, ...span.ntpDelaysMs),
    ntpLost: span.ntpLost,
    kernelDrops: target.dropped() - start.dropped,
    worstStatusMs: Math.max(0, ...span.statuses.map(({ delayMs }) => delayMs)),
    failedStatuses: span.statuses.flatMap(({ failure }) => failure ?? []),
    pages: span.pagesAnswered / span.pagesAsked,
    modes: [...new Set(span.statuses.flatMap((answer) => (answer.failure === undefined ? answer.mode : [])))],
    growth: memory.peak - memory.first,
    logLines: target.logged() - start.logged,
    sigmaRatio: meanOf(span, 'sigmaNs') / meanOf(before, 'sigmaNs'),
    boundRatio: meanOf(span, 'boundNs') / meanOf(before, 'boundNs'),
    cpu: (target.cpuMs() - start.cpu) / elapsed,
    restarts: (await target.restarts().catch(() => Number.NaN)) - restarts,
  };
  return { figures, end: () => attacker.end() };
}

/** The process of attacker.ts. */
class Attacker {
  actions = 0;
  /** Resolves with its first action. */
  readonly begun: Promise<void>;
  readonly #process: ChildProcess;

  constructor({ network, bench, flood, hub }: Target, { name, from = 'others' }: Attack) {
    const [command, ...rest] = [...network.asAttacker(from), process.execPath, ATTACKER, name, flood, hub.socket];
    const child = spawn(command!, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#process = child;
    this.begun = new Promise((resolve, reject) => {
      child.on('message', (actions: number) => {
        this.actions = actions;
        if (actions > 0) resolve();
      });
      child.on('exit', (code) => reject(new Error(`the attack "${name}" ended with ${code}`)));
    });
    this.begun.catch(() => {});
    bench.later(() => this.end());
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
