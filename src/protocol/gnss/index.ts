export {
  DAY_NS,
  dayNumber,
  ERA_NS,
  fullYear,
  gpsInstant,
  instantOf,
  rolloversBefore,
  splitInstant,
} from './calendar.js';
export {
  type AntennaFacts,
  FIX_METHODS,
  type FixMethod,
  type FixMode,
  type LeapFacts,
  type MessageFacts,
  type NextPulse,
  type ReceiverClock,
  type ReceiverVersion,
  type SatelliteSight,
  type Spoofing,
  type StatedTime,
  type SurveyFacts,
} from './facts.js';
export type { Band, Constellation, SatelliteId, SatelliteSignal } from './signal.js';
