import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, readSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { ClockId, HubError, Instant } from '../../api/index.js';
import { type Libc, loadLibc } from '../libc.js';
import type { Native } from '../native.js';
import { errorName, succeeds } from '../net/net-error.js';
import { clockIdOf, EVENT_OCTETS } from './codec.js';
import { openRefused, unknownClock } from './error.js';

/** The character device of a PTP hardware clock. Its methods throw errors with `errno`. */
export interface PhcDevice {
  /** `ptp0` */
  readonly node: string;
  readonly path: string;
  /** The driver's name of the clock. */
  readonly name: string;
  /** Reason why the clock cannot be set, a sentence; empty when it can. */
  readonly obstacle: string;
  time(): Instant;
  /** Calls clock_adjtime(2) with a `struct timex` and returns the kernel's answer in the same layout. */
  adjust(timex: Uint8Array): Uint8Array;
  ioctl(request: number, argument: Uint8Array): Uint8Array;
  /** Returns the records of waiting edges, 32 octets each; undefined when none waits. */
  events(): Uint8Array | undefined;
  close(): void;
}

/** Length of the kernel's queue of edges (PTP_MAX_TIMESTAMPS). */
const MOST_EVENTS = 128;

/** Opens `phc:ptp0`, `phc:/dev/ptp0` or `phc:eth0`. Throws `TH_CLOCK_UNKNOWN`, `TH_CLOCK_OPEN`, `TH_HOST_LIBC`. */
export function openPhcDevice(id: ClockId, native: Pick<Native, 'readInterface'> | undefined): PhcDevice {
  const libc = loadLibc();
  const node = nodeOf(id, native);
  const path = `/dev/${node}`;
  const { descriptor, writable } = open(path);
  const clock = clockIdOf(descriptor);
  const timespec = Buffer.alloc(16);
  const buffer = Buffer.alloc(MOST_EVENTS * EVENT_OCTETS);
  const attribute = (name: string): string => readAttribute(`/sys/class/ptp/${node}/${name}`);
  let closed = false;
  return {
    node,
    path,
    name: attribute('clock_name'),
    obstacle: obstacleOf(path, writable, Number(attribute('n_vclocks'))),
    time: () => {
      libc.clockGettime(clock, timespec);
      return timespec.readBigInt64LE(0) * 1_000_000_000n + timespec.readBigInt64LE(8);
    },
    adjust: (timex) => {
      libc.clockAdjtime(clock, timex);
      return timex;
    },
    ioctl: (request, argument) => {
      libc.ioctl(descriptor, request, argument);
      return argument;
    },
    events: () => readEvents(libc, descriptor, buffer),
    close: () => {
      if (!closed) closeSync(descriptor);
      closed = true;
    },
  };
}

/** Returns the device name (`ptp0`) of a device, of a symbolic link to one, or of an interface. Throws `TH_CLOCK_UNKNOWN`. */
export function nodeOf(id: ClockId, native: Pick<Native, 'readInterface'> | undefined): string {
  const unknown = (reason: string) =>
    unknownClock(
      id,
      reason,
      succeeds(() => nodeOf(id, native)),
    );
  const name = id.slice('phc:'.length);
  if (name.startsWith('/')) {
    if (!existsSync(name)) throw unknown(`${name} does not exist`);
    const node = basename(realpathSync(name));
    if (/^ptp\d+$/.test(node)) return node;
    throw unknown(`${name} is no PTP hardware clock`);
  }
  if (/^ptp\d+$/.test(name)) {
    if (existsSync(`/dev/${name}`)) return name;
    throw unknown(`/dev/${name} does not exist`);
  }
  return nodeOfInterface(name, native, unknown);
}

function nodeOfInterface(
  name: string,
  native: Pick<Native, 'readInterface'> | undefined,
  unknown: (reason: string) => HubError,
): string {
  if (name.includes('/') || !existsSync(`/sys/class/net/${name}`)) throw unknown(`no interface has that name`);
  const index = native?.readInterface(name).clock ?? -1;
  if (index >= 0) return `ptp${index}`;
  const folder = `/sys/class/net/${name}/device/ptp`;
  const node = existsSync(folder) ? readdirSync(folder).find((entry) => /^ptp\d+$/.test(entry)) : undefined;
  if (node === undefined) throw unknown(`the interface ${name} has no hardware clock`);
  return node;
}

/** Opens the device for reading only if it may not be written: such a clock can be compared, not set. */
function open(path: string): { readonly descriptor: number; readonly writable: boolean } {
  try {
    return { descriptor: openSync(path, constants.O_RDWR), writable: true };
  } catch (error) {
    if (errorName(error) !== 'EACCES') throw openRefused(path, error);
  }
  try {
    return { descriptor: openSync(path, constants.O_RDONLY), writable: false };
  } catch (error) {
    throw openRefused(path, error);
  }
}

function obstacleOf(path: string, writable: boolean, virtualClocks: number): string {
  if (!writable) return `this process may read ${path}, not set it`;
  if (virtualClocks > 0)
    return `${path} carries ${virtualClocks} virtual clocks and runs free under them: steer one of those instead`;
  return '';
}

/** Reads edges only if some wait: read(2) blocks until an edge comes, even with O_NONBLOCK. */
function readEvents(libc: Libc, descriptor: number, buffer: Buffer): Uint8Array | undefined {
  if (!libc.readable(descriptor)) return undefined;
  return buffer.subarray(0, readSync(descriptor, buffer));
}

function readAttribute(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
