import type { Instant } from '../api/index.js';
import { type Libc, loadLibc } from './libc.js';
import type { Native } from './native.js';

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const CLOCK_MONOTONIC_RAW = 4;
const CLOCK_BOOTTIME = 7;
const TRIES = 5;
/** A bracket narrower than this was not interrupted, ns. */
const TIGHT = 5_000n;

/** One moment on three clocks. */
export interface Moment {
  readonly realtime: Instant;
  readonly raw: Instant;
  readonly monotonic: Instant;
}

/** Reads the clocks of the operating system, which needs no privilege. */
export interface Clocks {
  /** CLOCK_MONOTONIC_RAW. */
  raw(): Instant;
  /** Reads the clocks together: the tightest bracket of a few. */
  moment(): Moment;
  /** CLOCK_BOOTTIME − CLOCK_MONOTONIC, ns: the time that the machine has spent suspended. */
  slept(): Instant;
}

/** Reads through the addon if it is built (80 ns a call), otherwise through koffi. */
export const openClocks = (native: Native | undefined): Clocks =>
  native === undefined ? throughLibc() : throughAddon(native);

function throughAddon(native: Native): Clocks {
  const out = new BigInt64Array(3);
  return {
    raw: () => native.monotonicRaw(),
    moment: () => {
      native.readMoment(out);
      return { realtime: out[0]!, raw: out[1]!, monotonic: out[2]! };
    },
    slept: () => native.slept(),
  };
}

function throughLibc(): Clocks {
  const read = readerOf(loadLibc());
  const bracket = () => {
    const before = read(CLOCK_MONOTONIC_RAW);
    const realtime = read(CLOCK_REALTIME);
    const monotonic = read(CLOCK_MONOTONIC);
    const width = read(CLOCK_MONOTONIC_RAW) - before;
    return { realtime, raw: before + width / 2n, monotonic, width };
  };
  return {
    raw: () => read(CLOCK_MONOTONIC_RAW),
    moment: () => {
      let best = bracket();
      for (let i = 1; i < TRIES; i++) {
        const next = bracket();
        if (next.width < best.width) best = next;
      }
      return best;
    },
    slept: sleptThroughLibc(read),
  };
}

type Read = (clock: number) => Instant;

function readerOf(libc: Libc): Read {
  const timespec = Buffer.alloc(16);
  return (clock) => {
    libc.clockGettime(clock, timespec);
    return timespec.readBigInt64LE(0) * 1_000_000_000n + timespec.readBigInt64LE(8);
  };
}

/** Returns the least interrupted of a few readings. */
const sleptThroughLibc = (read: Read) => (): Instant => {
  let slept = 0n;
  let narrowest: Instant | undefined;
  for (let i = 0; i < TRIES && (narrowest === undefined || narrowest > TIGHT); i++) {
    const before = read(CLOCK_MONOTONIC);
    const boottime = read(CLOCK_BOOTTIME);
    const width = read(CLOCK_MONOTONIC) - before;
    if (narrowest !== undefined && width >= narrowest) continue;
    narrowest = width;
    slept = boottime - before - width / 2n;
  }
  return slept;
};
