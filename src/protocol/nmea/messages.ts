import type { CleanText } from '../../api/clean-text.js';
import type { AntennaFacts, Constellation, FixMethod, SatelliteId, SatelliteSignal } from '../gnss/index.js';
import type { ClockTime } from './field.js';

/** The sentences about time and fix that are read. A value that its field does not have, or not in the right form, is undefined. */
export type NmeaMessage = NmeaRmc | NmeaZda | NmeaGga | NmeaGns | NmeaGll | NmeaGsa | NmeaGsv | NmeaTxt | NmeaPubxTime;

interface Stamped {
  readonly time: ClockTime | undefined;
}

/** Recommended minimum: the sentence with time, date and validity together. */
export interface NmeaRmc extends Stamped {
  readonly type: 'RMC';
  /** Status A: true, V: false. */
  readonly valid: boolean | undefined;
  /** Days since 1970-01-01. */
  readonly day: number | undefined;
  /** Mode indicator, since NMEA 2.3. */
  readonly method: FixMethod | undefined;
  /** Navigational status, since NMEA 4.10: S safe, C caution, U unsafe, V not provided. */
  readonly navigation: 'safe' | 'caution' | 'unsafe' | undefined;
}

/** Time and date, without any validity. */
export interface NmeaZda extends Stamped {
  readonly type: 'ZDA';
  readonly day: number | undefined;
}

export interface NmeaGga extends Stamped {
  readonly type: 'GGA';
  readonly method: FixMethod | undefined;
  readonly used: number | undefined;
  readonly hasAltitude: boolean;
}

/** The fix by several systems. */
export interface NmeaGns extends Stamped {
  readonly type: 'GNS';
  /** The best of the systems. */
  readonly method: FixMethod | undefined;
  readonly used: number | undefined;
  readonly hasAltitude: boolean;
}

export interface NmeaGll extends Stamped {
  readonly type: 'GLL';
  readonly valid: boolean | undefined;
  readonly method: FixMethod | undefined;
}

/** Satellites in the solution; one sentence a system where there are several. */
export interface NmeaGsa {
  readonly type: 'GSA';
  /** 1: none, 2: without altitude, 3: full. */
  readonly dimensions: 1 | 2 | 3 | undefined;
  readonly system: Constellation | undefined;
  readonly used: readonly SatelliteId[];
}

/** A part of the list of satellites in view; one list a system, and since NMEA 4.10 one a signal. */
export interface NmeaGsv {
  readonly type: 'GSV';
  /** Lists are told apart by talker and signal ID. */
  readonly list: string;
  readonly part: number;
  readonly parts: number;
  readonly satellites: readonly NmeaSight[];
}

export interface NmeaSight extends SatelliteId {
  readonly elevationDeg: number | undefined;
  readonly azimuthDeg: number | undefined;
  readonly signal: SatelliteSignal;
}

/** `PUBX,04` of u-blox: the only sentence that states the leap seconds. */
export interface NmeaPubxTime extends Stamped {
  readonly type: 'PUBX';
  /** Days since 1970-01-01. */
  readonly day: number | undefined;
  /** GPS − UTC, s. */
  readonly gpsMinusUtc: number | undefined;
  /** False: the count is the firmware's own (`D`), no satellite has confirmed it yet. */
  readonly isHeard: boolean | undefined;
}

/** A text of the receiver. */
export interface NmeaTxt {
  readonly type: 'TXT';
  readonly text: CleanText;
  /** State of the antenna, if the text is about it. */
  readonly antenna: AntennaFacts['status'];
}
