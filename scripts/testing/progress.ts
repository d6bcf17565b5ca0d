/**
 * Shows how far a test run is: a line for each folder of unit tests and for each other test, failures at once, and what is
 * running. On a terminal the last line is redrawn; elsewhere it is printed only after a long silence.
 */
import { dirname } from 'node:path';
import { sourceOf, suiteOf } from './suites.mjs';

const REDRAW_MS = 500;
const SILENCE_MS = 30_000;
/** Most time for a file of `npm test`. */
const QUICK_MS = 45_000;
const CLEAR_LINE = '\r\x1b[K';
const MARKS = { passed: '✓', failed: '✗', skipped: '–' };

export class Progress {
  total = { passed: 0, failed: 0, skipped: 0 };
  failures = [];
  skippedTitles = [];
  skipReasons = new Set();
  /** Time that each file took, ms. */
  durations = new Map();
  #out;
  #terminal;
  /** By file: since when it runs, and which test of it since when. */
  #running = new Map();
  #folders = new Map();
  #byFolder = false;
  #files = { done: 0, of: 0 };
  #header;
  #printedAt = performance.now();
  #timer;

  constructor(out) {
    this.#out = out;
    this.#terminal = out.isTTY === true;
    this.#timer = setInterval(() => this.#showRunning(), REDRAW_MS).unref();
  }

  /** Begins a phase of `suites.mjs`. */
  begin({ title, files, jobs, byFolder = false }) {
    this.#byFolder = byFolder;
    this.#files = { done: 0, of: files.length };
    this.#folders = new Map();
    for (const file of files) this.#folderOf(file).left++;
    this.print(`\n${title}: ${files.length} files${jobs > 1 ? '' : ', one after the other'}`);
  }

  /** Takes a message of the pool. */
  report(message) {
    const { type, file, title } = message;
    const now = performance.now();
    if (type === 'begin') this.#running.set(file, { begunAt: now, title: 'is loaded', since: now });
    if (type === 'start') Object.assign(this.#running.get(file), { title, since: now });
    if (type === 'output' && file !== undefined) this.print(message.text.trimEnd());
    if (type === 'end') this.#count(message);
    if (type === 'file') this.#endFile(message);
  }

  print(text) {
    this.#out.write(`${this.#terminal ? CLEAR_LINE : ''}${text}\n`);
    this.#printedAt = performance.now();
    this.#header = undefined;
  }

  /** Prints failures in full, what was skipped, and the slowest files. */
  summarise(elapsedMs) {
    clearInterval(this.#timer);
    for (const { file, title, error } of this.failures) {
      this.print(`\n✗ ${sourceOf(file)}\n  ${title}\n    ${error.replaceAll('\n', '\n    ')}`);
    }
    this.print('');
    const slowest = [...this.durations].sort(([, a], [, b]) => b - a).slice(0, 5);
    const list = slowest.map(([file, ms]) => `${sourceOf(file)} ${seconds(ms)}`).join(', ');
    if (slowest.length > 0) this.print(`took ${seconds(elapsedMs)}; longest: ${list}`);
    for (const [file, ms] of slowest) {
      if (ms > QUICK_MS && suiteOf(file) === 'quick')
        this.print(`too long for npm test, if it always is: ${sourceOf(file)}`);
    }
    for (const reason of this.skipReasons) this.print(`skipped: ${reason}`);
  }

  #count({ file, suite, title, state, durationMs, error }) {
    this.total[state]++;
    if (state === 'failed') this.failures.push({ file, title: `${suite} ${title}`, error });
    if (state === 'skipped') this.skippedTitles.push(`${sourceOf(file)}: ${suite} ${title}`);
    this.#folderOf(file)[state]++;
    if (this.#byFolder && state !== 'failed') return;
    const header = `  ${sourceOf(file)}: ${suite}`;
    if (this.#header !== header) this.print(header);
    this.print(`    ${MARKS[state]} ${title}${durationMs >= 1000 ? `  ${seconds(durationMs)}` : ''}`);
    if (state === 'failed') this.print(`      ${error.split('\n', 1)[0]}`);
    this.#header = header;
  }

  #endFile({ file, skipped }) {
    const durationMs = performance.now() - this.#running.get(file).begunAt;
    this.#files.done++;
    this.#running.delete(file);
    this.durations.set(file, durationMs);
    for (const reason of skipped) this.skipReasons.add(reason);
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

  #folderOf(file) {
    const name = dirname(file);
    if (!this.#folders.has(name)) {
      this.#folders.set(name, { left: 0, passed: 0, failed: 0, skipped: 0, durationMs: 0 });
    }
    return this.#folders.get(name);
  }

  #showRunning() {
    if (this.#running.size === 0) return;
    const now = performance.now();
    if (!this.#terminal && now - this.#printedAt < SILENCE_MS) return;
    const list = [...this.#running].map(
      ([file, { title, since }]) => `${sourceOf(file)}: ${title} (${seconds(now - since)})`,
    );
    const line = `  … file ${this.#files.done + 1} of ${this.#files.of}  ${list.join(' | ')}`;
    if (!this.#terminal) return this.print(line);
    this.#out.write(`${CLEAR_LINE}${line.slice(0, (this.#out.columns ?? 80) - 1)}`);
  }
}

const seconds = (ms) =>
  ms < 99_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
