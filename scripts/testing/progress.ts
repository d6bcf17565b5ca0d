/**
 * Shows the progress of a test run: a line for each folder of unit tests and for each other test, failures at once, and the
 * running tests. On a terminal the last line is redrawn; elsewhere it is printed only after a long silence.
 */
import { dirname } from 'node:path';
import type { RunMessage, TestEnd } from './pool.js';
import { type Phase, sourceOf, suiteOf } from './suites.js';

const REDRAW_MS = 500;
const SILENCE_MS = 30_000;
/** Maximum duration of a file of `npm test`, ms. */
const QUICK_MS = 45_000;
const CLEAR_LINE = '\r\x1b[K';
const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const;

interface Folder extends Record<TestEnd['state'], number> {
  /** Number of files that have not ended. */
  left: number;
  durationMs: number;
}

export class Progress {
  readonly total = { passed: 0, failed: 0, skipped: 0 };
  readonly skippedTitles: string[] = [];
  readonly #failures: TestEnd[] = [];
  readonly #skipReasons = new Set<string>();
  /** Duration of each file, ms. */
  readonly #durations = new Map<string, number>();
  readonly #out: NodeJS.WriteStream;
  readonly #terminal: boolean;
  /** By file: its start, its current test, and the start of that test. */
  readonly #running = new Map<string, { readonly begunAt: number; title: string; since: number }>();
  #folders = new Map<string, Folder>();
  #byFolder = false;
  #files = { done: 0, of: 0 };
  #header: string | undefined;
  #printedAt = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    this.#terminal = out.isTTY === true;
    this.#timer = setInterval(() => this.#showRunning(), REDRAW_MS).unref();
  }

  begin({ title, files, jobs, byFolder = false }: Phase): void {
    this.#byFolder = byFolder;
    this.#files = { done: 0, of: files.length };
    this.#folders = new Map();
    for (const file of files) this.#folderOf(file).left++;
    this.print(`\n${title}: ${files.length} files${jobs > 1 ? '' : ', one after the other'}`);
  }

  /** Takes a message of the pool. */
  report(message: RunMessage): void {
    const now = performance.now();
    switch (message.type) {
      case 'begin':
        this.#running.set(message.file, { begunAt: now, title: 'is loaded', since: now });
        break;
      case 'start':
        Object.assign(this.#running.get(message.file)!, { title: message.title, since: now });
        break;
      case 'output':
        if (message.file !== undefined) this.print(message.text.trimEnd());
        break;
      case 'end':
        this.#count(message);
        break;
      case 'file':
        this.#endFile(message.file, message.skipped);
    }
  }

  print(text: string): void {
    this.#out.write(`${this.#terminal ? CLEAR_LINE : ''}${text}\n`);
    this.#printedAt = performance.now();
    this.#header = undefined;
  }

  /** Prints failures in full, the slowest files, and the reasons for skipped tests. */
  summarise(elapsedMs: number): void {
    clearInterval(this.#timer);
    for (const { file, suite, title, error } of this.#failures) {
      this.print(`\n✗ ${sourceOf(file)}\n  ${suite} ${title}\n    ${error!.replaceAll('\n', '\n    ')}`);
    }
    this.print('');
    const slowest = [...this.#durations].sort(([, a], [, b]) => b - a).slice(0, 5);
    const list = slowest.map(([file, ms]) => `${sourceOf(file)} ${seconds(ms)}`).join(', ');
    if (slowest.length > 0) this.print(`took ${seconds(elapsedMs)}; longest: ${list}`);
    for (const [file, ms] of slowest) {
      if (ms > QUICK_MS && suiteOf(file) === 'quick') this.print(`took too long for npm test: ${sourceOf(file)}`);
    }
    for (const reason of this.#skipReasons) this.print(`skipped: ${reason}`);
  }

  #count(end: TestEnd): void {
    const { file, suite, title, state, durationMs, error } = end;
    this.total[state]++;
    if (state === 'failed') this.#failures.push(end);
    if (state === 'skipped') this.skippedTitles.push(`${sourceOf(file)}: ${suite} ${title}`);
    this.#folderOf(file)[state]++;
    if (this.#byFolder && state !== 'failed') return;
    const header = `  ${sourceOf(file)}: ${suite}`;
    if (this.#header !== header) this.print(header);
    this.print(`    ${MARKS[state]} ${title}${durationMs >= 1000 ? `  ${seconds(durationMs)}` : ''}`);
    if (state === 'failed') this.print(`      ${error!.split('\n', 1)[0]}`);
    this.#header = header;
  }

  #endFile(file: string, skipped: readonly string[]): void {
    const durationMs = performance.now() - this.#running.get(file)!.begunAt;
    this.#files.done++;
    this.#running.delete(file);
    this.#durations.set(file, durationMs);
    for (const reason of skipped) this.#skipReasons.add(reason);
    const folder = this.#folderOf(file);
    folder.durationMs += durationMs;
    if (--folder.left > 0 || !this.#byFolder) return;
    const { passed, failed, skipped: left } = folder;
    if (passed + failed + left === 0) return;
    const counts = [
      `${passed} passed`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(left > 0 ? [`${left} skipped`] : []),
    ];
    this.print(
      `  ${failed > 0 ? MARKS.failed : MARKS.passed} ${dirname(sourceOf(file))}: ${counts.join(', ')}, ${seconds(folder.durationMs)}`,
    );
  }

  #folderOf(file: string): Folder {
    const name = dirname(file);
    const folder = this.#folders.get(name) ?? { left: 0, passed: 0, failed: 0, skipped: 0, durationMs: 0 };
    this.#folders.set(name, folder);
    return folder;
  }

  #showRunning(): void {
    if (this.#running.size === 0) return;
    const now = performance.now();
    if (!this.#terminal && now - this.#printedAt < SILENCE_MS) return;
    const list = [...this.#running].map(
      ([file, { title, since }]) => `${sourceOf(file)}: ${title} (${seconds(now - since)})`,
    );
    const line = `  … file ${this.#files.done + 1} of ${this.#files.of}  ${list.join(' | ')}`;
    if (!this.#terminal) this.print(line);
    else this.#out.write(`${CLEAR_LINE}${line.slice(0, (this.#out.columns ?? 80) - 1)}`);
  }
}

const seconds = (ms: number): string =>
  ms < 99_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
