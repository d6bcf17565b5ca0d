import type { CleanText } from '../../api/clean-text.js';
import type { Instant, Ns, Timescale } from '../../api/time.js';
import type { SatelliteId, SatelliteSignal } from './signal.js';

/**
 * Facts that one message of a receiver states, in whichever protocol it came. A missing member: the message does not state it.
 */
export interface MessageFacts {
  /** Time of the week of the epoch, ms; UBX only. */
  readonly iTowMs?: number;
  readonly time?: StatedTime | undefined;
  /** Time on the GPS timescale, where UTC is not stated. */
  readonly gpsTime?: Instant | undefined;
  /** Uncertainty of the time as the receiver estimates it, ns. */
  readonly timeAccuracyNs?: Ns | undefined;
  /** False: the receiver warns of its own solution. */
  readonly valid?: boolean | undefined;
  readonly mode?: FixMode | undefined;
  /** True if `mode` is concluded, not stated: a statement of another message outweighs it. */
  readonly isModeGuessed?: boolean;
  readonly method?: FixMethod | undefined;
  /** Number of satellites in the solution. */
  readonly used?: number | undefined;
  readonly leap?: LeapFacts | undefined;
  readonly antennas?: readonly AntennaFacts[];
  readonly spoofing?: Spoofing;
  readonly clock?: ReceiverClock;
  readonly survey?: SurveyFacts;
}

/** A time of day, with the day where the message has it. */
export interface StatedTime {
  /** UTC, ns since midnight: 86 400 e9 or more in an inserted leap second. */
  readonly timeOfDayNs: Ns;
  /** Days since 1970-01-01. */
  readonly day: number | undefined;
  /** The unit in which the message states the time, ns: 1e7 for `hhmmss.ss`. */
  readonly resolutionNs: Ns;
  /** False: the message itself says that the time is not valid. Undefined: it does not say. */
  readonly valid: boolean | undefined;
}

/** `time`: at a known position, the time only. */
export type FixMode = 'none' | 'dead-reckoning' | 'time' | '2d' | '3d';

/** From the least to the most remarkable. `simulated` and `manual` are no measurement of the present time. */
export const FIX_METHODS = [
  ...(['none', 'autonomous', 'differential', 'precise', 'rtk-float', 'rtk-fixed'] as const),
  ...(['estimated', 'manual', 'simulated'] as const),
];
export type FixMethod = (typeof FIX_METHODS)[number];

export interface LeapFacts {
  /** GPS − UTC, s: 18 since 2017. */
  readonly gpsMinusUtc: number | undefined;
  /** False: the receiver's firmware has it from the factory and has not heard it from a satellite yet. */
  readonly isHeard: boolean | undefined;
  /** Announced leap second: +1, −1; 0: none; undefined: not stated. */
  readonly change: -1 | 0 | 1 | undefined;
  /** Time from the epoch to the leap second, s. */
  readonly inS: number | undefined;
}

export interface AntennaFacts {
  /** Number of the receiver's input; undefined: it has one. */
  readonly input: number | undefined;
  readonly status: 'starting' | 'unknown' | 'ok' | 'short' | 'open' | undefined;
  readonly power: 'off' | 'on' | 'unknown' | undefined;
  readonly jamming: 'unknown' | 'ok' | 'warning' | 'critical' | undefined;
  /** Strength of continuous interference, 0 to 255. */
  readonly interference: number | undefined;
  /** Noise level as the receiver counts it, and gain of its amplifier, 0 to 8191. */
  readonly noise: number | undefined;
  readonly gain: number | undefined;
}

export type Spoofing = 'unknown' | 'none' | 'indicated' | 'several';

/** The receiver's own oscillator. */
export interface ReceiverClock {
  readonly biasNs: Ns;
  /** ns/s, which is ppb. */
  readonly driftPpb: number;
  readonly frequencyAccuracyPpb: number;
}

/** Survey of the antenna's position. */
export interface SurveyFacts {
  readonly isActive: boolean;
  /** True: the position is good enough to hold it. */
  readonly isDone: boolean;
  readonly elapsedS: number;
  readonly observations: number;
  /** m. */
  readonly accuracyM: number;
}

/** Announcement of the next pulse, before it comes. */
export interface NextPulse {
  /** Time of the edge on `scale`; undefined if the scale is one without a rule here, or the week is unknown. */
  readonly time: Instant | undefined;
  readonly scale: Extract<Timescale, 'utc' | 'gps'> | undefined;
  /** The edge comes later than the second by this, ps. Undefined: not known. */
  readonly qErrPs: number | undefined;
  /** False: the pulse is not aligned to the time yet. */
  readonly isLocked: boolean | undefined;
  /** True if UTC is known to the receiver. */
  readonly hasUtc: boolean;
}

/** A satellite in view. */
export interface SatelliteSight extends SatelliteId {
  readonly elevationDeg: number | undefined;
  readonly azimuthDeg: number | undefined;
  readonly used: boolean;
  readonly signals: readonly SatelliteSignal[];
}

/** A text of the receiver, such as its version. */
export interface ReceiverVersion {
  readonly software: CleanText;
  readonly hardware: CleanText;
  readonly extensions: readonly CleanText[];
}
