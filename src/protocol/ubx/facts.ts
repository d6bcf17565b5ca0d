import { DAY_NS, type FixMethod, type FixMode, type MessageFacts, type StatedTime } from '../gnss/index.js';
import type { UbxCivilTime, UbxFixType, UbxMessage } from './messages.js';

/** Returns what a message states, in the common form. Satellites, pulses, versions and answers are no facts of an epoch. */
export function factsOfUbx(message: UbxMessage): MessageFacts {
  switch (message.name) {
    case 'NAV-PVT': {
      const { isTimeValid, isDateValid, isResolved, carrier } = message;
      const day = isDateValid ? message.time.day : undefined;
      return {
        iTowMs: message.iTowMs,
        time: isTimeValid ? stated(message.time, day, isResolved && day !== undefined) : undefined,
        timeAccuracyNs: message.time.accuracyNs,
        ...factsOfFix(message),
        method: carrier > 0 && message.isFixOk ? CARRIERS[carrier] : methodOf(message),
        used: message.used,
      };
    }
    case 'NAV-TIMEUTC': {
      const { isTowValid, isWeekValid, isUtcValid } = message;
      const day = isWeekValid ? message.time.day : undefined;
      return {
        iTowMs: message.iTowMs,
        time: isTowValid ? stated(message.time, day, isUtcValid && day !== undefined) : undefined,
        timeAccuracyNs: message.time.accuracyNs,
      };
    }
    case 'NAV-TIMEGPS': {
      const { gpsMinusUtc } = message;
      const leap = gpsMinusUtc === undefined ? undefined : { gpsMinusUtc, ...NO_CHANGE_STATED };
      return { iTowMs: message.iTowMs, gpsTime: message.time, timeAccuracyNs: message.accuracyNs, leap };
    }
    case 'NAV-TIMELS':
      return { iTowMs: message.iTowMs, leap: message.leap };
    case 'NAV-CLOCK':
      return { iTowMs: message.iTowMs, clock: message.clock, timeAccuracyNs: message.accuracyNs };
    case 'NAV-STATUS':
      return {
        iTowMs: message.iTowMs,
        ...factsOfFix(message),
        method: methodOf(message),
        spoofing: message.spoofing,
      };
    case 'NAV-SOL':
      return {
        iTowMs: message.iTowMs,
        ...factsOfFix(message),
        method: methodOf(message),
        gpsTime: message.time,
        used: message.used,
      };
    case 'NAV-SVIN':
      return message.iTowMs === undefined ? {} : { iTowMs: message.iTowMs, survey: message.survey };
    case 'TIM-SVIN':
      return { survey: message.survey };
    case 'MON-HW':
    case 'MON-RF':
      return { antennas: message.antennas };
    case 'NAV-SAT':
    case 'NAV-SIG':
    case 'NAV-SVINFO':
    case 'NAV-EOE':
      return { iTowMs: message.iTowMs };
    default:
      return {};
  }
}

const NO_CHANGE_STATED = { isHeard: undefined, change: undefined, inS: undefined };
const CARRIERS = ['none', 'rtk-float', 'rtk-fixed'] as const;
const MODES: readonly FixMode[] = ['none', 'dead-reckoning', '2d', '3d', '3d', 'time'];

interface UbxFix {
  readonly fixType: UbxFixType | undefined;
  readonly isFixOk: boolean;
  readonly isDifferential: boolean;
}

const factsOfFix = ({ fixType, isFixOk }: UbxFix): Pick<MessageFacts, 'valid' | 'mode'> => ({
  valid: isFixOk,
  mode: fixType === undefined ? undefined : MODES[fixType],
});

function methodOf({ fixType, isFixOk, isDifferential }: UbxFix): FixMethod {
  if (!isFixOk || fixType === undefined || fixType === 0) return 'none';
  if (fixType === 1) return 'estimated';
  return isDifferential ? 'differential' : 'autonomous';
}

/**
 * Returns the time with its day set right where the fraction is negative at midnight; undefined if the hour, minute or second
 * make no time of day.
 */
function stated({ timeOfDayNs }: UbxCivilTime, day: number | undefined, valid: boolean): StatedTime | undefined {
  if (timeOfDayNs >= DAY_NS + 1e9 || timeOfDayNs < -1e9) return undefined;
  if (timeOfDayNs >= 0) return { timeOfDayNs, day, valid, resolutionNs: 1 };
  return { timeOfDayNs: timeOfDayNs + DAY_NS, day: day === undefined ? undefined : day - 1, valid, resolutionNs: 1 };
}
