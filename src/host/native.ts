import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The C++ addon (`native/`). It throws TypeError for a wrong argument and an Error with `errno` when a system call fails. */
export interface Native {
  openUdp(
    address: string,
    port: number,
    v6Only: boolean,
    peer: string | undefined,
    peerPort: number,
    transmitStamps: boolean,
    onBatch: BatchHandler,
  ): number;
  openUnix(path: string, onBatch: BatchHandler): number;
  /** Returns the datagram's number and fills `before` as `readMoment` does. */
  send(
    socket: number,
    payload: Uint8Array,
    address: string | undefined,
    port: number,
    from: string | undefined,
    before: BigInt64Array,
  ): number;
  sendUnix(path: string, payload: Uint8Array): void;
  local(socket: number): { readonly address: string; readonly port: number };
  close(socket: number): void;
  /** CLOCK_REALTIME, CLOCK_MONOTONIC_RAW and CLOCK_MONOTONIC of one moment, ns. */
  readMoment(out: BigInt64Array): void;
  /** CLOCK_MONOTONIC_RAW, ns. */
  monotonicRaw(): bigint;
  /** CLOCK_BOOTTIME − CLOCK_MONOTONIC, ns. */
  slept(): bigint;
  /** The kernel's `struct timex` of the system clock. */
  readTimex(): Uint8Array;
}

/** `arena` holds `count` records (see arena.ts), valid during the call. */
export type BatchHandler = (arena: ArrayBuffer, count: number) => void;

export type Loaded =
  | { readonly native: Native; readonly missing: '' }
  | { readonly native?: never; readonly missing: string };

let loaded: Loaded | undefined;

/** The addon, or why there is none. `TIMEHUB_ADDON` names another file, or `none`. */
export function loadNative(): Loaded {
  loaded ??= load();
  return loaded;
}

function load(): Loaded {
  const chosen = process.env.TIMEHUB_ADDON;
  if (chosen === 'none') return { missing: 'the native addon is switched off by TIMEHUB_ADDON' };
  const require = createRequire(import.meta.url);
  try {
    const native = chosen === undefined ? require('node-gyp-build')(packageRoot()) : require(chosen);
    return { native: native as Native, missing: '' };
  } catch (error) {
    const built = existsSync(join(packageRoot(), 'build/Release/timehub.node'));
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    return {
      missing: built
        ? `the native addon does not load (${reason})`
        : 'the native addon is not built (it needs a C++ compiler)',
    };
  }
}

/** The folder of our package.json: this file may run from `dist/` or from a bundle. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (folder !== dirname(folder) && !isPackage(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

function isPackage(path: string): boolean {
  return existsSync(path) && (JSON.parse(readFileSync(path, 'utf8')) as { name?: string }).name === 'timehub';
}
