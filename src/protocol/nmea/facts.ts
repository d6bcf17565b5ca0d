import type { FixMode, MessageFacts, StatedTime } from '../gnss/index.js';
import type { ClockTime } from './field.js';
import type { NmeaGga, NmeaGns, NmeaMessage } from './messages.js';

/** Returns what a sentence states, in the common form. Satellites are left to the sky's own state: their list has several parts. */
export function factsOfSentence(message: NmeaMessage): MessageFacts {
  switch (message.type) {
    case 'RMC': {
      const { valid, method, navigation } = message;
      const isValid = navigation === 'unsafe' ? false : valid;
      return {
        time: stated(message.time, message.day, isValid),
        valid: isValid,
        method,
        mode: modeOfMethod(method, isValid),
        isModeGuessed: true,
      };
    }
    case 'ZDA':
      return { time: stated(message.time, message.day, undefined) };
    case 'PUBX': {
      const { gpsMinusUtc, isHeard } = message;
      const leap = gpsMinusUtc === undefined ? undefined : { gpsMinusUtc, isHeard, change: undefined, inS: undefined };
      return { time: stated(message.time, message.day, undefined), leap };
    }
    case 'GGA':
    case 'GNS':
      return factsOfFix(message);
    case 'GLL':
      return {
        time: stated(message.time, undefined, message.valid),
        valid: message.valid,
        method: message.method,
        mode: modeOfMethod(message.method, message.valid),
        isModeGuessed: true,
      };
    case 'GSA':
      return message.dimensions === undefined ? {} : { mode: MODES[message.dimensions] };
    case 'TXT':
      return message.antenna === undefined ? {} : { antennas: [{ ...NOTHING_KNOWN, status: message.antenna }] };
    case 'GSV':
      return {};
  }
}

const MODES: Readonly<Record<1 | 2 | 3, FixMode>> = { 1: 'none', 2: '2d', 3: '3d' };

const NOTHING_KNOWN = {
  ...{ input: undefined, power: undefined, jamming: undefined },
  ...{ interference: undefined, noise: undefined, gain: undefined },
};

function factsOfFix({ time, method, used, hasAltitude }: NmeaGga | NmeaGns): MessageFacts {
  const valid = method === undefined ? undefined : method !== 'none';
  const mode = modeOfMethod(method, valid);
  return {
    time: stated(time, undefined, valid),
    valid,
    method,
    used,
    // Some receivers claim a fix by no satellite while they lose or gain it.
    mode: used === 0 ? 'none' : mode === '2d' && hasAltitude ? '3d' : mode,
    isModeGuessed: true,
  };
}

/** Returns the least mode that validity and method permit: a sentence without altitude states no more than two dimensions. */
function modeOfMethod(method: MessageFacts['method'], valid: boolean | undefined): FixMode | undefined {
  if (valid === false || method === 'none') return 'none';
  if (method === 'estimated') return 'dead-reckoning';
  return valid === true ? '2d' : undefined;
}

function stated(
  time: ClockTime | undefined,
  day: number | undefined,
  valid: boolean | undefined,
): StatedTime | undefined {
  return time && { ...time, day, valid };
}
