import type { CleanText } from '../../api/clean-text.js';
import type { Instant } from '../../api/time.js';

/**
 * The records of gpsd's JSON protocol (gpsd_json(5)), as far as they say something about time. What gpsd leaves out is
 * undefined here, and every text is cleaned. The version numbers follow the C structures of libgps: these records are the same from 3.9 to 16.1.
 */
export type GpsdRecord = Version | Devices | Device | Watch | Fix | Sky | TimeOffset | ReceiverOscillator | Fault;

export interface Version {
  readonly class: 'VERSION';
  readonly release: CleanText;
  /** Undefined where gpsd does not say. */
  readonly protocolMajor: number | undefined;
  readonly protocolMinor: number | undefined;
}

export interface DeviceEntry {
  readonly path: CleanText;
  readonly driver: CleanText | undefined;
  /** False: closed or unplugged (`activated` 0). */
  readonly activated: boolean;
}

export interface Devices {
  readonly class: 'DEVICES';
  /** The first `MOST_LISTED` of them. */
  readonly devices: readonly DeviceEntry[];
}

export interface Device extends DeviceEntry {
  readonly class: 'DEVICE';
}

export interface Watch {
  readonly class: 'WATCH';
  readonly enable: boolean;
}

/** TPV: time, position, velocity. Several may come in one epoch, the earlier ones less complete. */
export interface Fix {
  readonly class: 'TPV';
  readonly device: CleanText | undefined;
  /** 0 unknown, 1 none, 2 without altitude, 3 with altitude. */
  readonly mode: number;
  /** 7: time mode at a surveyed position, 8: simulated. */
  readonly status: number | undefined;
  /** The epoch, UTC; resolution 1 ms, so good for a label only. */
  readonly time: Instant | undefined;
  /** GPS − UTC, seconds. */
  readonly leapSeconds: number | undefined;
  /** 2: antenna short, 3: open. */
  readonly antenna: number | undefined;
}

export interface Satellite {
  readonly id: number;
  readonly used: boolean;
  readonly signalDbHz: number | undefined;
  readonly elevationDeg: number | undefined;
  readonly azimuthDeg: number | undefined;
}

export interface Sky {
  readonly class: 'SKY';
  readonly device: CleanText | undefined;
  readonly seen: number | undefined;
  readonly used: number | undefined;
  /** The first `MOST_LISTED` of them. */
  readonly satellites: readonly Satellite[];
}

/** TOFF: the clock when the serial report of a second arrived. PPS: the clock at the pulse that began it. */
export interface TimeOffset {
  readonly class: 'TOFF' | 'PPS';
  readonly device: CleanText | undefined;
  /** What the receiver says the time was. */
  readonly real: Instant;
  /** CLOCK_REALTIME of the machine that runs gpsd. */
  readonly clock: Instant;
  /** log2 of seconds. */
  readonly precisionLog2: number | undefined;
  /** Quantisation error of the pulse, picoseconds: added to the stamp it gives the true edge. */
  readonly qErrPs: number | undefined;
}

/** OSC: state of an oscillator that the receiver disciplines. */
export interface ReceiverOscillator {
  readonly class: 'OSC';
  readonly device: CleanText | undefined;
  readonly running: boolean;
  /** It has its satellites. */
  readonly reference: boolean;
  readonly disciplined: boolean;
  readonly deltaNs: number | undefined;
}

export interface Fault {
  readonly class: 'ERROR';
  readonly message: CleanText;
}
