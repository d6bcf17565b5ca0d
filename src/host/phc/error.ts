import { accessSync, constants } from 'node:fs';
import { HubError } from '../../api/index.js';
import { errorName, explain, succeeds } from '../net/net-error.js';

/** Errors that say that the device no longer exists. */
const GONE: ReadonlySet<string> = new Set(['ENODEV', 'ENXIO', 'EBADF', 'ENOENT']);

const SENTENCES: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'it did not answer in time; some clocks stand still while their interface has no carrier',
  EBUSY: 'it is busy; a clock with virtual clocks on it can only be set through them',
  EIO: 'its hardware reports a fault',
  EAGAIN: 'it is busy',
  EACCES: 'the system forbids it',
  EPERM: 'the system forbids it',
  EOPNOTSUPP: 'its driver cannot do that',
  ENOTTY: 'its driver cannot do that',
  EINVAL: 'its driver does not take that',
  ERANGE: 'it is beyond what the clock takes',
};

/** Returns the reason in words and the system's name of it: `it did not answer in time (ETIMEDOUT)`. */
export function reasonOf(error: unknown): string {
  const name = errorName(error);
  if (name === '') return error instanceof Error ? error.message : String(error);
  return SENTENCES[name] === undefined ? explain(name) : `${SENTENCES[name]} (${name})`;
}

export const unknownClock = (id: string, reason: string, isOver: () => boolean): HubError =>
  new HubError('TH_CLOCK_UNKNOWN', `there is no clock "${id}": ${reason}`, {
    isOver,
    hint: '"ls /sys/class/ptp" lists the hardware clocks, "ethtool -T IFACE" tells which one an interface has',
  });

export function openRefused(device: string, cause: unknown): HubError {
  return new HubError('TH_CLOCK_OPEN', `${device} cannot be opened: ${reasonOf(cause)}`, {
    cause,
    isOver: isReadable(device),
    hint: `let the user of the hub open it, by a udev rule: SUBSYSTEM=="ptp", GROUP="timehub", MODE="0660"`,
  });
}

const isReadable = (device: string): (() => boolean) => succeeds(() => accessSync(device, constants.R_OK));

/** Returns the error for a failed reading: `TH_CLOCK_GONE` or `TH_CLOCK_NO_ANSWER`. Throws `cause` if it is no system error. */
export function readFailed(device: string, cause: unknown): HubError {
  if (cause instanceof HubError) return cause;
  // An error without errno is a fault of the program, not of the clock.
  if (errorName(cause) === '') throw cause;
  if (GONE.has(errorName(cause))) {
    return new HubError('TH_CLOCK_GONE', `${device} has vanished`, {
      cause,
      isOver: isReadable(device),
      hint: 'the hub opens it again when it is back; check whether the driver was unloaded or the card unplugged',
    });
  }
  return new HubError('TH_CLOCK_NO_ANSWER', `${device} cannot be read: ${reasonOf(cause)}`, {
    cause,
    hint: 'check the cable of its interface, and the kernel log (dmesg) for its driver',
  });
}

export function setFailed(device: string, cause: unknown): HubError {
  if (GONE.has(errorName(cause))) return readFailed(device, cause);
  if (errorName(cause) === 'EPERM' || errorName(cause) === 'EACCES') {
    return new HubError('TH_CLOCK_PERMISSION', `this process may not set ${device}`, {
      cause,
      hint: 'the user of the hub needs write permission on the device, by a udev rule with MODE="0660"',
    });
  }
  return new HubError('TH_CLOCK_SET', `${device} cannot be set: ${reasonOf(cause)}`, {
    cause,
    hint: 'stop other programs that steer it (ptp4l, phc2sys, ts2phc), and check that its interface has a carrier',
  });
}

export const pulseFailed = (device: string, what: string, cause?: unknown): HubError =>
  new HubError('TH_CLOCK_PULSE', `${device}: ${what}${cause === undefined ? '' : `: ${reasonOf(cause)}`}`, {
    cause,
    hint: '"timehub show" of the instance lists channels and pins; another program may hold the channel',
  });
