import * as v from 'valibot';
import type { Context } from '../api/context.js';
import { HubError } from '../api/error.js';
import { path } from '../api/names.js';
import { described, oneOf } from '../api/schema.js';
import { readRegularFile } from '../files/read-file.js';
import {
  type ParsedKeyFile,
  parseKeyFile,
  type SymmetricKey,
  type SymmetricKeys,
  WEAK_KEY_TYPES,
  type WeakKeyType,
} from '../protocol/ntp/index.js';
import { fileState } from './input-file.js';

/** The file of the keys, unless a source or a command names another one. */
export const DEFAULT_KEY_FILE = '/etc/timehub/ntp.keys';

/** Size of some 10,000 keys. */
const MOST_OCTETS = 1 << 20;
/** Faults that one message lists. */
const MOST_FAULTS = 5;
/** Interval between looks at the file, ns. */
const LOOK_NS = 10e9;

/** The configuration key `key-file`. */
export const keyFilePath = () => path('a path such as "/etc/timehub/ntp.keys"', 'input file');

/** The configuration key `weak-keys`. */
export const weakKeyTypes = () =>
  described(
    v.optional(v.array(oneOf(WEAK_KEY_TYPES), 'a list of key types such as ["SHA1"]'), []),
    'Broken key types that are used all the same: "MD5", "SHA1".',
  );

/** The keys of a key file, which is read again when it changes. */
export class KeyFile {
  readonly #context: Pick<Context, 'after' | 'log'>;
  readonly #path: string;
  readonly #allowed: readonly WeakKeyType[];
  #parsed: ParsedKeyFile = { keys: new Map(), weak: new Map(), faults: [] };
  #state = '';
  #onChange: () => void = () => {};

  /** `allowed`: the weak types of keys that may be used. */
  constructor(context: Pick<Context, 'after' | 'log'>, file: string, allowed: readonly WeakKeyType[]) {
    this.#context = context;
    this.#path = file;
    this.#allowed = allowed;
  }

  /** Reads the file, and from now on each time that it has changed. Throws `TH_NTP_KEY_FILE`. */
  open(): void {
    this.read();
    this.#lookLater();
  }

  /** Calls `handler` when other keys have been read. */
  onChange(handler: () => void): void {
    this.#onChange = handler;
  }

  get keys(): SymmetricKeys {
    return this.#parsed.keys;
  }

  /** Numbers of the keys that are not used because their type is weak. */
  get weak(): readonly number[] {
    return [...this.#parsed.weak.keys()];
  }

  /** Returns the key of that number. Throws `TH_NTP_KEY` if there is none that may be used. */
  key(number: number): SymmetricKey {
    const { keys, weak } = this.#parsed;
    const key = keys.get(number);
    if (key !== undefined) return key;
    const { isOver } = this.#untilChanged();
    const type = weak.get(number);
    if (type !== undefined)
      throw new HubError('TH_NTP_KEY', `key ${number} of ${this.#path} is of the broken type ${type}`, {
        isOver,
        hint: `make a key of type AES128 on both sides, or allow this type: weak-keys = ["${type}"]`,
      });
    const known = keys.size === 0 ? 'none' : [...keys.keys()].slice(0, 10).join(', ');
    throw new HubError('TH_NTP_KEY', `there is no key ${number} in ${this.#path}`, {
      isOver,
      hint: `add a line "${number} AES128 HEX:…" to it, or name one of its keys: ${known}`,
    });
  }

  #lookLater(): void {
    this.#context.after(LOOK_NS, () => {
      this.#lookLater();
      if (fileState(this.#path) !== this.#state) this.#readAgain();
    });
  }

  /** Keeps the keys if the new file cannot be used. */
  #readAgain(): void {
    try {
      this.read();
      this.#context.log.info(`read ${this.#parsed.keys.size} keys from ${this.#path}, which has changed`);
      this.#onChange();
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      this.#context.log.warn(`${error.message}; the keys that were read before stay in use`);
    }
  }

  /** Reads the file once. Throws `TH_NTP_KEY_FILE`. */
  read(): void {
    this.#state = fileState(this.#path);
    const parsed = parseKeyFile(this.#text(), this.#allowed);
    const [first] = parsed.faults;
    if (first !== undefined) {
      const lines = parsed.faults.slice(0, MOST_FAULTS).map(({ line, message }) => `line ${line}: ${message}`);
      const others = parsed.faults.length - lines.length;
      throw this.#fault(`${lines.join('; ')}${others > 0 ? `; and ${others} more` : ''}`, first.remedy);
    }
    this.#parsed = parsed;
  }

  #text(): string {
    try {
      return readRegularFile(this.#path, { most: MOST_OCTETS, secret: true }).toString('utf8');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT')
        throw this.#fault('it does not exist', `create it with: install -m 0600 /dev/null ${this.#path}`);
      if (code === 'EACCES') throw this.#fault('this user may not read it', 'give it to the user of the hub: chown');
      throw this.#fault(message);
    }
  }

  #fault(message: string, hint?: string): HubError {
    return new HubError('TH_NTP_KEY_FILE', `the key file ${this.#path} cannot be used: ${message}`, {
      ...this.#untilChanged(),
      hint,
    });
  }

  /** The cause may be gone when the file has changed. */
  #untilChanged(): { readonly isOver: () => boolean } {
    const state = this.#state;
    return { isOver: () => fileState(this.#path) !== state };
  }
}
