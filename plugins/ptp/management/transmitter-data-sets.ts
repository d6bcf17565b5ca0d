import {
  type GrandmasterData,
  type ManagedClock,
  scaledRateOffset,
  type TransmitterView,
  VARIANCE_UNKNOWN,
} from 'timehub/protocol/ptp';
import type { AnnounceOptions } from '../grandmaster/announce-data.js';
import { type DataSetFacts, portDataSets, userDescription } from './port-data-sets.js';

export interface TransmitterFacts extends DataSetFacts {
  readonly announce: AnnounceOptions;
  /** What would be announced, where there is no time to give yet. */
  readonly offered: GrandmasterData;
}

/** The data sets of a clock that gives time: what it announces, of itself or of the grandmaster that it passes on. */
export function transmitterDataSets(view: TransmitterView, basis: TransmitterFacts): ManagedClock {
  const { settings, sharedClock } = basis.prepared;
  const { identity, profile } = settings;
  const { offered, announce } = basis;
  const { data: announced = offered } = view;
  const { quality, currentUtcOffset, flags, timeSource, grandmaster, stepsRemoved, timeBase } = announced;
  return {
    identity: identity.clock,
    domain: profile.domain,
    clock: {
      'user-description': userDescription(basis),
      'default-data-set': {
        ...{ flags: { twoStep: true, slaveOnly: false }, numberPorts: sharedClock.portsBeside(identity), quality },
        ...{ priority1: announce.priority1, priority2: announce.priority2 },
        ...{ clock: identity.clock, domain: profile.domain },
      },
      'current-data-set': { stepsRemoved, offsetFromMaster: 0n, meanPathDelay: 0n },
      'parent-data-set': {
        parent: { clock: identity.clock, port: 0 },
        ...{ flags: { statistics: false }, observedVariance: VARIANCE_UNKNOWN, observedPhaseChangeRate: 0x7fffffff },
        ...{ priority1: announced.priority1, quality, priority2: announced.priority2, grandmaster },
      },
      'time-properties-data-set': { currentUtcOffset, flags, timeSource },
      'time-status-np': {
        ...{ offsetFromMasterNs: 0n, ingressTimeNs: 0n },
        cumulativeScaledRateOffset: scaledRateOffset(timeBase?.cumulativePpb ?? 0),
        scaledLastGmPhaseChange: scaledRateOffset(timeBase?.lastFrequencyChangePpb ?? 0),
        ...{ gmTimeBaseIndicator: timeBase?.indicator ?? 0, lastGmPhaseChange: timeBase?.lastPhaseChange ?? 0n },
        ...{ gmPresent: Number(stepsRemoved > 0), grandmaster },
      },
      'grandmaster-settings-np': { quality, currentUtcOffset, flags, timeSource },
    },
    ports: new Map([[identity.port, portDataSets(basis, view)]]),
  };
}
