import type { Instant, Ns } from '../../api/time.js';
import type {
  AntennaFacts,
  LeapFacts,
  NextPulse,
  ReceiverClock,
  ReceiverVersion,
  SatelliteId,
  SatelliteSignal,
  Spoofing,
  SurveyFacts,
} from '../gnss/index.js';

/**
 * The UBX messages about time, fix, satellites and radio that are read, with u-blox' names. `iTowMs`: GPS time of the week of the
 * epoch, ms, rounded; it ties the messages of an epoch together.
 */
export type UbxMessage =
  | UbxPvt
  | UbxTimeUtc
  | UbxTimeGps
  | UbxTimeLs
  | UbxClock
  | UbxStatus
  | UbxSol
  | UbxSat
  | UbxEndOfEpoch
  | UbxSurvey
  | UbxTimePulse
  | UbxTimeMark
  | UbxRadio
  | UbxVersion
  | UbxAcknowledgement;

interface OfEpoch {
  readonly iTowMs: number;
}

/** A calendar time; the fraction may be negative, then the second before is meant. */
export interface UbxCivilTime {
  /** Days since 1970-01-01; undefined where there is no such day. */
  readonly day: number | undefined;
  /** ns since midnight; negative shortly before it. */
  readonly timeOfDayNs: Ns;
  /** Estimated uncertainty, ns. */
  readonly accuracyNs: Ns;
}

/** u-blox' fix types; 4 is a fix with the help of dead reckoning. */
export type UbxFixType = 0 | 1 | 2 | 3 | 4 | 5;

/** NAV-PVT: time, fix and number of satellites in one message. */
export interface UbxPvt extends OfEpoch {
  readonly name: 'NAV-PVT';
  readonly time: UbxCivilTime;
  readonly isDateValid: boolean;
  readonly isTimeValid: boolean;
  /** True: the seconds have no uncertainty of whole seconds left. */
  readonly isResolved: boolean;
  readonly fixType: UbxFixType | undefined;
  /** False: the fix is outside of the receiver's own limits. */
  readonly isFixOk: boolean;
  readonly isDifferential: boolean;
  /** Carrier phase: 0 none, 1 float, 2 fixed. */
  readonly carrier: 0 | 1 | 2;
  readonly used: number;
}

/** NAV-TIMEUTC. */
export interface UbxTimeUtc extends OfEpoch {
  readonly name: 'NAV-TIMEUTC';
  readonly time: UbxCivilTime;
  readonly isTowValid: boolean;
  readonly isWeekValid: boolean;
  /** True: the leap seconds are known, so that this is UTC. */
  readonly isUtcValid: boolean;
  /** The laboratory whose UTC it is: 3 USNO, 5 European, 6 Russian, 7 Chinese; 0 and 15: not known. */
  readonly standard: number;
}

/** NAV-TIMEGPS. */
export interface UbxTimeGps extends OfEpoch {
  readonly name: 'NAV-TIMEGPS';
  /** GPS timescale. Undefined: time of week or week is not valid. */
  readonly time: Instant | undefined;
  /** GPS − UTC, s; undefined: not valid. */
  readonly gpsMinusUtc: number | undefined;
  readonly accuracyNs: Ns;
}

/** NAV-TIMELS: leap seconds. */
export interface UbxTimeLs extends OfEpoch {
  readonly name: 'NAV-TIMELS';
  readonly leap: LeapFacts;
}

/** NAV-CLOCK: the receiver's oscillator. */
export interface UbxClock extends OfEpoch {
  readonly name: 'NAV-CLOCK';
  readonly clock: ReceiverClock;
  readonly accuracyNs: Ns;
}

/** NAV-STATUS. */
export interface UbxStatus extends OfEpoch {
  readonly name: 'NAV-STATUS';
  readonly fixType: UbxFixType | undefined;
  readonly isFixOk: boolean;
  readonly isDifferential: boolean;
  readonly spoofing: Spoofing;
}

/** NAV-SOL, the fix of receivers up to u-blox 7. */
export interface UbxSol extends OfEpoch {
  readonly name: 'NAV-SOL';
  readonly fixType: UbxFixType | undefined;
  readonly isFixOk: boolean;
  readonly isDifferential: boolean;
  /** GPS timescale. Undefined: time of week or week is not valid. */
  readonly time: Instant | undefined;
  readonly used: number;
}

export interface UbxSight extends SatelliteId {
  /** Undefined: the message does not state it (NAV-SIG). */
  readonly elevationDeg: number | undefined;
  readonly azimuthDeg: number | undefined;
  readonly used: boolean;
  readonly signal: SatelliteSignal;
}

/** Satellites in view: NAV-SAT and NAV-SVINFO, one entry a satellite; NAV-SIG, one a signal. */
export interface UbxSat extends OfEpoch {
  readonly name: 'NAV-SAT' | 'NAV-SIG' | 'NAV-SVINFO';
  readonly satellites: readonly UbxSight[];
}

/** NAV-EOE: all messages of the epoch have been sent. */
export interface UbxEndOfEpoch extends OfEpoch {
  readonly name: 'NAV-EOE';
}

/** NAV-SVIN and TIM-SVIN. */
export interface UbxSurvey {
  readonly name: 'NAV-SVIN' | 'TIM-SVIN';
  readonly iTowMs: number | undefined;
  readonly survey: SurveyFacts;
}

/** TIM-TP: the next time pulse. */
export interface UbxTimePulse {
  readonly name: 'TIM-TP';
  readonly pulse: NextPulse;
}

/** TIM-TM2: an edge at the receiver's own input, stamped by it. */
export interface UbxTimeMark {
  readonly name: 'TIM-TM2';
  readonly channel: number;
  /** Number of rising edges, modulo 65536. */
  readonly count: number;
  /** Scale of the stamps; undefined: the receiver's own time, which is no time yet, or not valid. */
  readonly scale: 'gps' | 'utc' | undefined;
  /** The new edges; undefined: no new one. */
  readonly rising: Instant | undefined;
  readonly falling: Instant | undefined;
  readonly accuracyNs: Ns;
}

/** MON-HW and MON-RF: antenna and interference, one entry an input. */
export interface UbxRadio {
  readonly name: 'MON-HW' | 'MON-RF';
  readonly antennas: readonly AntennaFacts[];
}

export interface UbxVersion {
  readonly name: 'MON-VER';
  readonly version: ReceiverVersion;
}

/** The answer to a configuration message. */
export interface UbxAcknowledgement {
  readonly name: 'ACK-ACK' | 'ACK-NAK';
  readonly classId: number;
  readonly messageId: number;
}
