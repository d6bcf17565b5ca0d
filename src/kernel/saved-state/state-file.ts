import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { cleanText, type Instant, LONGEST_SENTENCE, NS_PER_S, type Ns } from '../../api/index.js';
import { aged, type SavedState } from '../../core/persistence/saved-state.js';
import { readRegularFile } from '../../files/read-file.js';
import { replaceFile, syncFolder } from '../../files/replace-file.js';
import { type Storage, StorageEvents } from '../events/storage-events.js';
import type { UntimedEvent } from '../events/untimed-event.js';
import { memorySchema } from './core-state-schema.js';

/** What the core has learnt, and the corrected UTC of that. */
export interface Learnt {
  readonly memory: SavedState;
  readonly utc: Instant;
}

/** What the run before has left. */
export interface Recalled {
  /** Aged to the present; undefined when there is nothing to be used. */
  readonly memory: SavedState | undefined;
  /** By instance; nobody has looked into them. */
  readonly keepsakes: Readonly<Record<string, unknown>>;
}

/** Where what was learnt is kept from one run to the next. Never fails: what is wrong is in `note`. */
export interface StateStore extends Storage {
  recall(utc: Instant): Promise<Recalled>;
  /** `learnt` undefined: what is kept of it stays. */
  keep(learnt: Learnt | undefined, keepsakes: Readonly<Record<string, unknown>>): Promise<void>;
}

export const NO_STATE: StateStore = {
  recall: async () => ({ memory: undefined, keepsakes: {} }),
  keep: async () => {},
  note: '',
};

const VERSION = 2;
/** Octets. 256 instances that leave 4 KiB each, and their paths, stay below. */
const LARGEST = 4 << 20;
const FOLDER_MODE = 0o750;
const DAY_NS = 86_400 * NS_PER_S;
/** An oscillator ages, routes change. */
const TOO_OLD_NS = 365 * DAY_NS;
/** By so much a machine's clock may be behind at its start (a battery-backed clock in local time). */
const BEHIND_NS = DAY_NS;

const learntSchema = v.object({ when: v.pipe(v.string(), v.isoTimestamp()), ...memorySchema.entries });

/** What was learnt, as it stands in the file. */
interface Dated extends SavedState {
  readonly when: string;
}

const fileSchema = v.object({
  version: v.literal(VERSION),
  learnt: v.optional(v.unknown()),
  instances: v.fallback(v.record(v.string(), v.unknown()), {}),
});

/** `state.json` of the state directory. Replaced as a whole, so that a power cut leaves the old one or the new one. */
export class StateFile implements StateStore {
  readonly #directory: string;
  readonly #path: string;
  /** Of the file that was read, and of the last attempt to write. */
  #unread = '';
  #unwritten = '';
  readonly #news = new StorageEvents('state-dir');
  #writing: Promise<void> = Promise.resolve();
  #learnt: Dated | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, 'state.json');
  }

  get note(): string {
    return this.#unwritten === '' ? this.#unread : this.#unwritten;
  }

  watch(tell: (news: UntimedEvent) => void): void {
    this.#news.watch(tell);
  }

  async recall(utc: Instant): Promise<Recalled> {
    let keepsakes: Recalled['keepsakes'] = {};
    try {
      const { learnt, instances } = parse(readRegularFile(this.#path, { most: LARGEST, own: true }).toString());
      keepsakes = instances;
      if (learnt === undefined) return { memory: undefined, keepsakes };
      this.#learnt = checked(learntSchema, learnt);
      return { memory: memoryOf(this.#learnt, utc), keepsakes };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#unread = `${this.#path} is not used: ${(error as Error).message}`;
      this.#report();
      return { memory: undefined, keepsakes };
    }
  }

  /** One after the other. */
  keep(learnt: Learnt | undefined, keepsakes: Recalled['keepsakes']): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(learnt, keepsakes));
    return this.#writing;
  }

  async #write(learnt: Learnt | undefined, instances: Recalled['keepsakes']): Promise<void> {
    try {
      const dated = learnt === undefined ? this.#learnt : datedOf(learnt);
      await makeFolder(this.#directory);
      await replaceFile(this.#path, format({ version: VERSION, learnt: dated, instances }));
      await syncFolder(this.#directory);
      this.#learnt = dated;
      this.#unwritten = '';
      if (learnt !== undefined) this.#unread = '';
      this.#report();
    } catch (error) {
      this.#unwritten = `what was learnt is not kept for the next start: ${(error as Error).message}`;
      this.#report();
    }
  }

  #report(): void {
    this.#news.report(this.note, `${this.#path} is written: what was learnt is kept for the next start`);
  }
}

interface Content {
  readonly version: typeof VERSION;
  readonly learnt: Dated | undefined;
  readonly instances: Recalled['keepsakes'];
}

const format = (content: Content): string => `${JSON.stringify(content, undefined, 1)}\n`;

const datedOf = ({ memory, utc }: Learnt): Dated => ({
  when: new Date(Number(utc / 1_000_000n)).toISOString(),
  ...memory,
});

/** Throws an Error whose message says why the text is of no use. */
function parse(text: string): v.InferOutput<typeof fileSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  return checked(fileSchema, upgraded(json));
}

/** Version 1 had at its top what was learnt, and nothing of instances. */
function upgraded(json: unknown): unknown {
  const learnt: unknown = typeof json === 'object' && json !== null && 'version' in json && json.version === 1 && json;
  return learnt === false ? json : { version: VERSION, learnt };
}

function checked<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const found = v.safeParse(schema, value);
  if (!found.success) throw new Error(describe(found.issues[0]));
  return found.output;
}

/** Throws an Error whose message says why it is of no use any more. */
function memoryOf({ when, ...memory }: Dated, utc: Instant): SavedState {
  const ageNs = Number(utc - BigInt(Date.parse(when)) * 1_000_000n);
  if (ageNs < -BEHIND_NS)
    throw new Error(`it was written ${formatDays(-ageNs)} from now, as this machine's clock has it`);
  if (ageNs > TOO_OLD_NS) throw new Error(`it is ${formatDays(ageNs)} old`);
  return aged(memory, Math.abs(ageNs));
}

const formatDays = (ns: Ns): string => `${Math.round(ns / DAY_NS)} days`;

/** The message quotes the file. */
const describe = (issue: v.BaseIssue<unknown>): string =>
  cleanText(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`, LONGEST_SENTENCE);

/** Recursively only where it must: Node calls a read-only file system ENOENT then. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: FOLDER_MODE });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') await mkdir(path, { recursive: true, mode: FOLDER_MODE });
    else if (code !== 'EEXIST') throw error;
  }
}
