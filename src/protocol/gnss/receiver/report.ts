import type { CleanText } from '../../../api/clean-text.js';
import type { Instant, Ns } from '../../../api/time.js';
import type {
  AntennaFacts,
  FixMethod,
  FixMode,
  NextPulse,
  ReceiverClock,
  ReceiverVersion,
  SatelliteSight,
  Spoofing,
  SurveyFacts,
} from '../index.js';

/** UTC as a receiver states it. */
export interface ReceiverTime {
  /**
   * ns since 1970-01-01, after `rollovers`. In an inserted leap second it is that of the second after it, as POSIX counts.
   * Undefined: the day is not known.
   */
  readonly utc: Instant | undefined;
  /** UTC, ns since midnight; 86 400 e9 or more in an inserted leap second. */
  readonly timeOfDayNs: Ns;
  readonly isLeapSecond: boolean;
  /** True: the message has no date; the day is that of a message before, or the next one. */
  readonly isDayInferred: boolean;
  /** Eras of 1024 weeks that were added because the date was before the lower limit: the receiver's week number has rolled over. */
  readonly rollovers: number;
  /** Unit of the time's last digit, ns. */
  readonly resolutionNs: Ns;
  /** False: the receiver says that the time is not valid. Undefined: it does not say. */
  readonly valid: boolean | undefined;
}

/** Place of a message in the stream: its arrival is that of its first octet, `start`; `end` is the first octet after it. */
export interface MessagePlace {
  /** `GPRMC`, `NAV-PVT`; messages of equal names are equally late. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface ReceiverFix {
  /** False: the receiver warns of its own solution, or has none. Undefined: it says nothing of it. */
  readonly valid: boolean | undefined;
  /** As stated, also where `valid` is false. Undefined: not stated. */
  readonly mode: FixMode | undefined;
  readonly method: FixMethod | undefined;
  /** Satellites in the solution. */
  readonly used: number | undefined;
}

export interface ReceiverLeap {
  /** s: 37 since 2017. */
  readonly taiMinusUtc: number | undefined;
  /** False: the count is the firmware's own, no satellite has confirmed it yet. */
  readonly isHeard: boolean | undefined;
  /** Announced leap second; 0: none; undefined: not stated. */
  readonly change: -1 | 0 | 1 | undefined;
  /** The announced leap second ends here, UTC to the nearest second. */
  readonly at: Instant | undefined;
  /** `now` of the last message about it. */
  readonly heardAt: Instant;
}

/** All that a receiver states about one epoch, and what it stated lately and repeats less often. */
export interface ReceiverReport {
  readonly time: ReceiverTime | undefined;
  /** ns; undefined: not stated. */
  readonly timeAccuracyNs: Ns | undefined;
  readonly fix: ReceiverFix;
  readonly leap: ReceiverLeap | undefined;
  readonly satellites: readonly SatelliteSight[];
  readonly antennas: readonly AntennaFacts[];
  readonly spoofing: Spoofing | undefined;
  readonly clock: ReceiverClock | undefined;
  readonly survey: SurveyFacts | undefined;
  /** The epoch's messages, in the order of the stream; the first `MOST_MESSAGES`. */
  readonly messages: readonly MessagePlace[];
}

/** Something that a receiver said, in the order of its messages. */
export type ReceiverEvent =
  /** A message with a time, at once. `isFirst`: it begins an epoch. */
  | { readonly type: 'time'; readonly time: ReceiverTime; readonly place: MessagePlace; readonly isFirst: boolean }
  /** An epoch is complete. */
  | { readonly type: 'epoch'; readonly report: ReceiverReport }
  /** The next pulse is announced. */
  | { readonly type: 'pulse'; readonly pulse: NextPulse; readonly place: MessagePlace }
  /** The receiver stamped an edge at its own input. Instants on `scale`. */
  | {
      readonly type: 'mark';
      readonly channel: number;
      readonly count: number;
      readonly scale: 'utc' | 'gps' | undefined;
      readonly rising: Instant | undefined;
      readonly falling: Instant | undefined;
      readonly accuracyNs: Ns;
    }
  | { readonly type: 'version'; readonly version: ReceiverVersion }
  | { readonly type: 'text'; readonly text: CleanText }
  /** The answer to a configuration message. */
  | { readonly type: 'answer'; readonly accepted: boolean; readonly classId: number; readonly messageId: number };
