import { createRequire } from 'node:module';
import { endianness } from 'node:os';
import { type ErrorCode, HubError } from '../api/index.js';
import { addonRemedy } from './addon.js';

/** The libc functions that are called through koffi: the slow path, loaded at its first use (6 MB). */
export interface Libc {
  /** Fills 16 octets: seconds and nanoseconds, 64 bits each. */
  clockGettime(clock: number, timespec: Uint8Array): void;
  /** Passes a `struct timex` both ways. Throws an Error with `errno` when the kernel refuses. */
  clockAdjtime(clock: number, timex: Uint8Array): void;
  /** The argument is passed both ways. Throws as `clockAdjtime` does. */
  ioctl(descriptor: number, request: number, argument: Uint8Array): void;
  /** Returns true when a read would not block. */
  readable(descriptor: number): boolean;
  /** SIGALRM ends the process after `seconds` (alarm(2)). */
  alarm(seconds: number): void;
  /** Ends the process at once, without its exit handlers (_exit(2)). */
  exit(status: number): void;
}

/** poll(2) */
const POLLIN = 1;

let libc: Libc | undefined;

/** Throws `TH_HOST_LIBC` when koffi does not load or the machine is not a 64-bit one. */
export function loadLibc(): Libc {
  libc ??= load();
  return libc;
}

/** Returns true where `timespec` and `timex` have the layout of 64-bit little-endian Linux. */
export const layoutKnown = (): boolean => ['x64', 'arm64', 'riscv64'].includes(process.arch) && endianness() === 'LE';

function load(): Libc {
  if (!layoutKnown()) throw failure('TH_HOST_LIBC', `the system calls for clocks are not known on ${process.arch}`);
  let koffi: typeof import('koffi');
  try {
    koffi = createRequire(import.meta.url)('koffi');
  } catch (error) {
    throw failure('TH_HOST_LIBC', 'koffi, through which clocks are set, does not load', error);
  }
  const library = koffi.load(null);
  const gettime = library.func('int clock_gettime(int clock, void *time)');
  const adjtime = library.func('int clock_adjtime(int clock, void *timex)');
  const ioctl = library.func('int ioctl(int descriptor, unsigned long request, void *argument)');
  const poll = library.func('int poll(void *polled, unsigned long count, int timeout)');
  const alarm = library.func('unsigned int alarm(unsigned int seconds)');
  const exit = library.func('void _exit(int status)');
  const check = (result: number, call: string) => {
    if (result < 0) throw Object.assign(new Error(call), { errno: koffi.errno() });
  };
  return {
    clockGettime: (clock, timespec) => check(gettime(clock, timespec), 'clock_gettime'),
    clockAdjtime: (clock, timex) => check(adjtime(clock, timex), 'clock_adjtime'),
    ioctl: (descriptor, request, argument) => check(ioctl(descriptor, request, argument), 'ioctl'),
    alarm: (seconds) => void alarm(seconds),
    exit: (status) => exit(status),
    readable: (descriptor) => {
      const polled = Buffer.alloc(8);
      polled.writeInt32LE(descriptor, 0);
      polled.writeInt16LE(POLLIN, 4);
      return poll(polled, 1, 0) === 1 && (polled.readInt16LE(6) & POLLIN) !== 0;
    },
  };
}

const failure = (code: ErrorCode, message: string, cause?: unknown): HubError =>
  new HubError(code, message, {
    cause,
    hint: `the native addon needs no koffi: ${addonRemedy()}`,
  });
