import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HubError, type SinkContext } from 'timehub/api';
import {
  type CookieKey,
  fingerprintOf,
  fleetKeys,
  rotated,
  SHORTEST_SECRET,
  type StoredCookieKey,
} from 'timehub/protocol/nts';
import { readInputFile, writeSecretFile } from 'timehub/toolkit';

/** Origin of the keys of the cookies. `secret`: that of a fleet, a file or a folder. `file`: the file that keeps those of this server. */
export interface CookieStoreOptions {
  readonly secret: string | undefined;
  readonly file: string | undefined;
}

type Needs = Pick<SinkContext, 'after' | 'random'>;

/** Interval between looks at the clock and at the files, ns. */
const LOOK_NS = 10e9;
const DAY_S = 86_400;
const MOST_OCTETS = 1 << 16;
const MOST_SECRETS = 8;
const KEY_HEX = /^[0-9a-f]{64}$/;

/** The keys under which a server seals cookies: they follow the day and the files. */
export class CookieStore {
  readonly #context: Needs;
  readonly #options: CookieStoreOptions;
  /** Returns the hub's time, s since 1970; undefined while it is not known. */
  readonly #timeS: () => number | undefined;
  readonly #onKeys: (keys: readonly CookieKey[]) => void;
  readonly #onFault: () => void;
  #keys: readonly CookieKey[] = [];
  #stored: readonly StoredCookieKey[] = [];
  /** Day and secrets that the keys were made of. */
  #made = '';
  #fingerprints: readonly string[] = [];
  #fault = '';

  /** `onKeys` is called when there are other keys, `onFault` when `fault` has changed. */
  constructor(
    context: Needs,
    options: CookieStoreOptions,
    timeS: () => number | undefined,
    onKeys: (keys: readonly CookieKey[]) => void,
    onFault: () => void,
  ) {
    this.#context = context;
    this.#options = options;
    this.#timeS = timeS;
    this.#onKeys = onKeys;
    this.#onFault = onFault;
  }

  /** Throws `TH_INPUT_FILE` if a file cannot be used. */
  open(): void {
    const { secret, file } = this.#options;
    if (secret === undefined && file !== undefined) this.#stored = readStored(file);
    if (secret !== undefined) readSecrets(secret);
    this.look();
    this.#lookLater();
  }

  /** The keys, the one for new cookies first; empty while the time is not known. */
  get keys(): readonly CookieKey[] {
    return this.#keys;
  }

  /** A sentence about files that cannot be used; ''. */
  get fault(): string {
    return this.#fault;
  }

  inspect(): Record<string, unknown> {
    return {
      cookieKeys: this.#keys.length,
      ...(this.#fingerprints.length > 0 && { fingerprints: this.#fingerprints }),
    };
  }

  #lookLater(): void {
    this.#context.after(LOOK_NS, () => {
      this.look();
      this.#lookLater();
    });
  }

  /** Looks at the clock and at the files; also to be called as soon as the time is known. Keeps the keys if a file cannot be used. */
  look(): void {
    const timeS = this.#timeS();
    if (timeS === undefined) return;
    try {
      if (this.#options.secret === undefined) this.#rotate(timeS);
      else this.#derive(readSecrets(this.#options.secret), Math.floor(timeS / DAY_S));
      if (this.#options.secret !== undefined) this.#setFault('');
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      this.#setFault(`${error.message}; the keys of before stay in use`);
    }
  }

  #setFault(fault: string): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#onFault();
  }

  #derive(secrets: readonly Uint8Array[], day: number): void {
    this.#fingerprints = secrets.map(fingerprintOf);
    const made = `${day} ${this.#fingerprints.join(' ')}`;
    if (made === this.#made) return;
    this.#made = made;
    this.#use(fleetKeys(secrets, day));
  }

  #rotate(timeS: number): void {
    const keys = rotated(this.#stored, Math.floor(timeS), DAY_S, (octets) => this.#context.random(octets));
    if (keys === this.#stored && this.#keys.length > 0) return;
    const isNew = keys !== this.#stored;
    this.#stored = keys;
    this.#use(keys.map(({ id, key }) => ({ id, key })));
    const { file } = this.#options;
    if (file === undefined || !isNew) return;
    const text = keys.map(({ id, key, madeAt }) => ({ id, key: Buffer.from(key).toString('hex'), madeAt }));
    writeSecretFile(file, `${JSON.stringify({ keys: text })}\n`, 'the file of cookie keys').then(
      () => this.#setFault(''),
      (error: HubError) => this.#setFault(`${error.message}; clients need new keys after a restart`),
    );
  }

  #use(keys: readonly CookieKey[]): void {
    this.#keys = keys;
    this.#onKeys(keys);
  }
}

/** Returns the secrets of a fleet. Of a folder, the files by name, the last one first. Throws `TH_INPUT_FILE`. */
function readSecrets(path: string): readonly Uint8Array[] {
  const what = 'the secret of the fleet';
  const refuse = (reason: string): never => {
    throw new HubError('TH_INPUT_FILE', `${what} ${path} cannot be used: ${reason}`);
  };
  let files: readonly string[] = [path];
  try {
    files = filesAt(path);
  } catch (error) {
    refuse((error as Error).message);
  }
  if (files.length === 0) refuse('the folder has no file');
  return files.map((file) => {
    const text = readInputFile({ path: file, most: MOST_OCTETS, secret: true, what });
    const octets = text.at(-1) === 0x0a ? text.subarray(0, -1) : text;
    if (octets.length < SHORTEST_SECRET)
      refuse(
        `${file} has ${octets.length} octets, and ${SHORTEST_SECRET} are the least; make one with: openssl rand -hex 32`,
      );
    return new Uint8Array(octets);
  });
}

/** Returns the path; of a folder, its files, the last one by name first. Throws the errors of the system calls. */
function filesAt(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  // Names that begin with a dot belong to the mount of a Kubernetes Secret.
  const names = readdirSync(path).filter((name) => !name.startsWith('.'));
  const newest = names.sort().reverse().slice(0, MOST_SECRETS);
  return newest.map((name) => join(path, name));
}

/** Returns the saved keys; none if there is no file yet. Throws `TH_INPUT_FILE`. */
function readStored(path: string): readonly StoredCookieKey[] {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return [];
  const what = 'the file of cookie keys';
  const text = readInputFile({ path, most: MOST_OCTETS, secret: true, what }).toString('latin1');
  try {
    const { keys } = JSON.parse(text) as { keys: readonly { id: number; key: string; madeAt: number }[] };
    return keys.map(({ id, key, madeAt }) => {
      if (!isWord(id) || !KEY_HEX.test(key) || !Number.isSafeInteger(madeAt)) throw new Error('a key is malformed');
      return { id, key: Uint8Array.from(Buffer.from(key, 'hex')), madeAt };
    });
  } catch (cause) {
    throw new HubError(
      'TH_INPUT_FILE',
      `${what} ${path} cannot be used: it is not one that timehub has written; remove it`,
      {
        cause,
      },
    );
  }
}

const isWord = (id: number): boolean => Number.isInteger(id) && id >= 0 && id < 2 ** 32;
