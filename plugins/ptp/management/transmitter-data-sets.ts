import { type GrandmasterData, type ManagedClock, scaledRateOffset, type TransmitterView } from 'timehub/protocol/ptp';
import type { AnnounceOptions } from '../grandmaster/announce-data.js';
import {
  type DataSetFacts,
  defaultDataSet,
  portDataSets,
  UNMEASURED_PARENT,
  userDescription,
} from './port-data-sets.js';

export interface TransmitterDataSetFacts extends DataSetFacts {
  readonly announce: AnnounceOptions;
  /** Data of the present time state, shown while there is no time to send. */
  readonly present: GrandmasterData;
}

/** Returns the data sets of a timeTransmitter: its announced data, its own or those of the grandmaster it follows. */
export function transmitterDataSets(view: TransmitterView, facts: TransmitterDataSetFacts): ManagedClock {
  const { identity, profile } = facts.prepared.settings;
  const { present, announce } = facts;
  const { data: announced = present } = view;
  const { quality, currentUtcOffset, flags, timeSource, grandmaster, stepsRemoved, timeBase } = announced;
  return {
    identity: identity.clock,
    domain: profile.domain,
    clock: {
      'user-description': userDescription(facts),
      'default-data-set': defaultDataSet(facts, {
        ...{ slaveOnly: false, quality, priority1: announce.priority1, priority2: announce.priority2 },
      }),
      'current-data-set': { stepsRemoved, offsetFromMaster: 0n, meanPathDelay: 0n },
      'parent-data-set': {
        parent: { clock: identity.clock, port: 0 },
        ...UNMEASURED_PARENT,
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
    ports: new Map([[identity.port, portDataSets(facts, view)]]),
  };
}
