import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { cleanText, type Instant, LONGEST_SENTENCE, NS_PER_S, type Ns } from '../../api/index.js';
import { aged, type SavedState } from '../../core/persistence/saved-state.js';
import { readRegularFile } from '../../files/read-file.js';
import { replaceFile, syncFolder } from '../../files/replace-file.js';
import { type Storage, StorageEvents } from '../events/storage-events.js';
import type { UntimedEvent } from '../events/untimed-event.js';
import { coreStateSchema } from './core-state-schema.js';

/** The engine's state at a corrected UTC. */
export interface DatedState {
  readonly state: SavedState;
  readonly utc: Instant;
}

/** The saved state of the hub's last run. */
export interface LoadedState {
  /** Aged to the present; undefined when there is no usable one. */
  readonly core: SavedState | undefined;
  /** Values of instances by id, unchecked. */
  readonly instances: Readonly<Record<string, unknown>>;
}

/** Keeps the saved state from one run of the hub to the next. Never fails: faults are in `note`. */
export interface StateStore extends Storage {
  load(utc: Instant): Promise<LoadedState>;
  /** `core` undefined: the engine's state in the store stays. */
  save(core: DatedState | undefined, instances: LoadedState['instances']): Promise<void>;
}

export const NO_STATE: StateStore = {
  load: async () => ({ core: undefined, instances: {} }),
  save: async () => {},
  note: '',
};

const VERSION = 2;
/** Maximum size of the file, octets. The values of 256 instances (4 KiB each) and their paths need less. */
const MAX_OCTETS = 4 << 20;
const FOLDER_MODE = 0o750;
const DAY_NS = 86_400 * NS_PER_S;
/** Maximum age of a usable state: oscillators age, routes change. */
const MAX_AGE_NS = 365 * DAY_NS;
/** A machine's clock may be behind by this at its start: a battery-backed clock in local time. */
const MAX_BEHIND_NS = DAY_NS;

const datedSchema = v.object({ when: v.pipe(v.string(), v.isoTimestamp()), ...coreStateSchema.entries });

/** The engine's state as the file has it. */
interface StateInFile extends SavedState {
  readonly when: string;
}

const fileSchema = v.object({
  version: v.literal(VERSION),
  learnt: v.optional(v.unknown()),
  instances: v.fallback(v.record(v.string(), v.unknown()), {}),
});

/** `state.json` of the state directory. It is replaced as a whole: after a power cut there is the old one or the new one. */
export class StateFile implements StateStore {
  readonly #directory: string;
  readonly #path: string;
  /** The fault of the last attempt to read, and of the last attempt to write. */
  #readFault = '';
  #writeFault = '';
  readonly #events = new StorageEvents('state-dir');
  #writing: Promise<void> = Promise.resolve();
  #core: StateInFile | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, 'state.json');
  }

  get note(): string {
    return this.#writeFault === '' ? this.#readFault : this.#writeFault;
  }

  watch(handler: (event: UntimedEvent) => void): void {
    this.#events.watch(handler);
  }

  async load(utc: Instant): Promise<LoadedState> {
    let instances: LoadedState['instances'] = {};
    try {
      const file = parse(readRegularFile(this.#path, { most: MAX_OCTETS, own: true }).toString());
      instances = file.instances;
      if (file.learnt === undefined) return { core: undefined, instances };
      this.#core = checked(datedSchema, file.learnt);
      return { core: agedState(this.#core, utc), instances };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#readFault = `${this.#path} is not used: ${(error as Error).message}`;
      this.#report();
      return { core: undefined, instances };
    }
  }

  /** Writes wait for each other. */
  save(core: DatedState | undefined, instances: LoadedState['instances']): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(core, instances));
    return this.#writing;
  }

  async #write(core: DatedState | undefined, instances: LoadedState['instances']): Promise<void> {
    try {
      const learnt = core === undefined ? this.#core : inFile(core);
      await makeFolder(this.#directory);
      await replaceFile(this.#path, format({ version: VERSION, learnt, instances }));
      await syncFolder(this.#directory);
      this.#core = learnt;
      this.#writeFault = '';
      if (core !== undefined) this.#readFault = '';
    } catch (error) {
      this.#writeFault = `the state for the next start cannot be saved: ${(error as Error).message}`;
    }
    this.#report();
  }

  #report(): void {
    this.#events.report(this.note, `${this.#path} is written: the state for the next start is saved`);
  }
}

interface Content {
  readonly version: typeof VERSION;
  readonly learnt: StateInFile | undefined;
  readonly instances: LoadedState['instances'];
}

const format = (content: Content): string => `${JSON.stringify(content, undefined, 1)}\n`;

const inFile = ({ state, utc }: DatedState): StateInFile => ({
  when: new Date(Number(utc / 1_000_000n)).toISOString(),
  ...state,
});

/** Throws an Error whose message continues `state.json is not used: `. */
function parse(text: string): v.InferOutput<typeof fileSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  return checked(fileSchema, upgraded(json));
}

/** Version 1 had the engine's state at its top, and no values of instances. */
function upgraded(json: unknown): unknown {
  const learnt: unknown = typeof json === 'object' && json !== null && 'version' in json && json.version === 1 && json;
  return learnt === false ? json : { version: VERSION, learnt };
}

function checked<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const found = v.safeParse(schema, value);
  if (!found.success) throw new Error(describe(found.issues[0]));
  return found.output;
}

/** Throws an Error whose message says why the state is too old or too new. */
function agedState({ when, ...state }: StateInFile, utc: Instant): SavedState {
  const ageNs = Number(utc - BigInt(Date.parse(when)) * 1_000_000n);
  if (ageNs < -MAX_BEHIND_NS)
    throw new Error(`it was written ${formatDays(-ageNs)} after the present time of this machine's clock`);
  if (ageNs > MAX_AGE_NS) throw new Error(`it is ${formatDays(ageNs)} old`);
  return aged(state, Math.abs(ageNs));
}

const formatDays = (ns: Ns): string => `${Math.round(ns / DAY_NS)} days`;

const describe = (issue: v.BaseIssue<unknown>): string =>
  cleanText(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`, LONGEST_SENTENCE);

/** Not recursively at first: a recursive mkdir reports a read-only file system as ENOENT. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: FOLDER_MODE });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') await mkdir(path, { recursive: true, mode: FOLDER_MODE });
    else if (code !== 'EEXIST') throw error;
  }
}
