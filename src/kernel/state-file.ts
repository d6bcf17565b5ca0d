import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Instant, NS_PER_S, type Ns } from '../api/index.js';
import { aged, type Memory } from '../core/memory.js';
import { memorySchema } from './memory-schema.js';

/** Where what was learnt is kept from one run to the next. Never fails: what is wrong is in `note`. */
export interface StateStore {
  /** What the run before has left, aged to `utc`; undefined when there is nothing to be used. */
  recall(utc: Instant): Promise<Memory | undefined>;
  /** `utc`: by the corrected clock. */
  keep(memory: Memory, utc: Instant): Promise<void>;
  /** Empty, or what the operator should know. */
  readonly note: string;
}

export const NO_STATE: StateStore = { recall: async () => undefined, keep: async () => {}, note: '' };

const VERSION = 1;
const DAY_NS = 86_400 * NS_PER_S;
/** An oscillator ages, routes change. */
const TOO_OLD_NS = 365 * DAY_NS;
/** By so much a machine's clock may be behind at its start (a battery-backed clock in local time). */
const BEHIND_NS = DAY_NS;

const fileSchema = v.object({
  version: v.literal(VERSION),
  when: v.pipe(v.string(), v.isoTimestamp()),
  ...memorySchema.entries,
});

/** `state.json` of the state directory. Replaced as a whole, so that a power cut leaves the old one or the new one. */
export class StateFile implements StateStore {
  readonly #directory: string;
  readonly #path: string;
  /** Of the file that was read, and of the last attempt to write. */
  #unread = '';
  #unwritten = '';
  #writing: Promise<void> = Promise.resolve();

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, 'state.json');
  }

  get note(): string {
    return this.#unwritten === '' ? this.#unread : this.#unwritten;
  }

  async recall(utc: Instant): Promise<Memory | undefined> {
    try {
      const { memory, ageNs } = parse(await readFile(this.#path, 'utf8'), utc);
      return aged(memory, ageNs);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      this.#unread = `${this.#path} is not used: ${(error as Error).message}`;
      return undefined;
    }
  }

  /** One after the other. */
  keep(memory: Memory, utc: Instant): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(memory, utc));
    return this.#writing;
  }

  async #write(memory: Memory, utc: Instant): Promise<void> {
    const temporary = `${this.#path}.new`;
    try {
      await mkdir(this.#directory, { recursive: true });
      await writeThrough(temporary, format(memory, utc));
      await rename(temporary, this.#path);
      await syncFolder(this.#directory);
      this.#unwritten = '';
      this.#unread = '';
    } catch (error) {
      this.#unwritten = `what was learnt is not kept for the next start: ${(error as Error).message}`;
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }
}

const format = (memory: Memory, utc: Instant): string =>
  `${JSON.stringify({ version: VERSION, when: new Date(Number(utc / 1_000_000n)).toISOString(), ...memory }, undefined, 1)}\n`;

/** Throws an Error whose message says why the text is of no use. */
function parse(text: string, utc: Instant): { readonly memory: Memory; readonly ageNs: Ns } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  const found = v.safeParse(fileSchema, json);
  if (!found.success) throw new Error(describe(found.issues[0]));
  const { version: _, when, ...memory } = found.output;
  const ageNs = Number(utc - BigInt(Date.parse(when)) * 1_000_000n);
  if (ageNs < -BEHIND_NS)
    throw new Error(`it was written ${formatDays(-ageNs)} from now, as this machine's clock has it`);
  if (ageNs > TOO_OLD_NS) throw new Error(`it is ${formatDays(ageNs)} old`);
  return { memory, ageNs: Math.abs(ageNs) };
}

const formatDays = (ns: Ns): string => `${Math.round(ns / DAY_NS)} days`;

const describe = (issue: v.BaseIssue<unknown>): string => `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`;

/** A new name is on the disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** On the disk when this resolves, not only on its way. */
async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o640);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
