import type { Instant } from '../../api/time.js';
import { namesOf } from './names.js';
import type { Receiver } from './receiver.js';

export interface PulseQuestion {
  /** All devices of gpsd. */
  readonly devices: readonly Receiver[];
  /** The receiver whose time is used; undefined where gpsd has none. */
  readonly followed: Receiver | undefined;
  /** The operator's word for the device that gives the pulses. */
  readonly wanted: string | undefined;
  readonly now: Instant;
}

export interface PulseChoice {
  /** The device whose pulses are used; undefined: none. */
  readonly device: Receiver | undefined;
  /** Why pulses that are there are not used, as a clause; empty where none are left out or better ones are used. */
  readonly obstacle: string;
}

/**
 * Chooses the device whose pulses begin the seconds of the followed receiver. gpsd numbers the pulses of a device such as
 * /dev/pps0 by the serial time of any of its receivers and does not know to which one the wire leads. They are used when every
 * receiver that may give them has a fix. Of several devices the finest stamps win, then the receiver's own.
 */
export function choosePulses({ devices, followed, wanted, now }: PulseQuestion): PulseChoice {
  const giving = devices.filter((device) => device.givesPulses(now));
  if (wanted !== undefined) return chooseWanted(giving, wanted);
  const lone = giving.filter((device) => device.pulsesOnly);
  const own = giving.find((device) => device === followed);
  if (lone.length > 1)
    return { device: own, obstacle: own === undefined ? doubt(lone, 'several devices give some') : '' };
  const [pulses] = lone;
  if (pulses === undefined) return { device: own, obstacle: own === undefined ? foreign(giving) : '' };
  if (own !== undefined && own.pulsePrecisionLog2 <= pulses.pulsePrecisionLog2) return { device: own, obstacle: '' };
  const suspect = devices.find((device) => mayGive(device) && device.state !== 'good');
  if (followed === undefined || suspect === undefined) return { device: pulses, obstacle: '' };
  return {
    device: own,
    obstacle: own === undefined ? doubt(lone, `${suspect.path} may give them and is not trusted`) : '',
  };
}

function chooseWanted(giving: readonly Receiver[], wanted: string): PulseChoice {
  const device = giving.find(({ path }) => path === wanted);
  if (device !== undefined || giving.length === 0) return { device, obstacle: '' };
  return { device, obstacle: `pulses of ${pathsOf(giving)} are there and not used: pulses = "${wanted}"` };
}

/** A receiver that is there and has said something about its fix. */
const mayGive = (device: Receiver): boolean => device.plugged && !device.pulsesOnly && device.statesFix;

const doubt = (devices: readonly Receiver[], why: string): string =>
  `pulses of ${pathsOf(devices)} are there and not used: ${why}; name the device by "pulses"`;

const foreign = (devices: readonly Receiver[]): string =>
  devices.length === 0 ? '' : `pulses of ${pathsOf(devices)} are there and not used: they are of another receiver`;

const pathsOf = (devices: readonly Receiver[]): string => namesOf(devices.map(({ path }) => path));
