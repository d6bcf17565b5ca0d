import {
  ACCURACY_UNKNOWN,
  fromNs,
  type ManagedClock,
  NO_CLOCK,
  NO_TIME_FLAGS,
  type ReceiverView,
  scaledRateOffset,
  type TimeFlags,
  VARIANCE_UNKNOWN,
} from 'timehub/protocol/ptp';
import type { PreparedPort } from '../port/prepare-port.js';
import {
  type DataSetFacts,
  defaultDataSet,
  finite,
  portDataSets,
  UNMEASURED_PARENT,
  userDescription,
} from './port-data-sets.js';
import { unicastMasterTable } from './unicast-master-table.js';

const SLAVE_ONLY = { clockClass: 255, accuracy: ACCURACY_UNKNOWN, variance: VARIANCE_UNKNOWN };
const OSCILLATOR = 0xa0;

/** Returns local clock − timeTransmitter, ns, both on one timescale: the system clock keeps UTC. NaN: not known. */
export function offsetFromMaster({ offsetFromMasterNs, parent }: ReceiverView, { hardware }: PreparedPort): number {
  const { header, currentUtcOffset } = parent?.announce ?? {};
  const isTai = header?.flags.ptpTimescale === true;
  return offsetFromMasterNs + (isTai && !hardware ? (currentUtcOffset ?? 0) * 1e9 : 0);
}

/** Returns the data sets of a timeReceiver. `unicastFrom`: address of which it requests unicast messages. */
export function receiverDataSets(view: ReceiverView, facts: DataSetFacts, unicastFrom?: string): ManagedClock {
  const { identity, profile } = facts.prepared.settings;
  const { parent, lastSync, timeBase } = view;
  const announce = parent?.announce;
  const offsetFromMasterNs = finite(offsetFromMaster(view, facts.prepared));
  const flags = announce === undefined ? NO_TIME_FLAGS : timeFlagsOf(announce.header.flags);
  const grandmaster = announce?.grandmaster ?? view.source?.clock ?? identity.clock;
  const { priority1, priority2 } = profile;
  return {
    identity: identity.clock,
    domain: profile.domain,
    clock: {
      'user-description': userDescription(facts),
      'default-data-set': defaultDataSet(facts, { slaveOnly: true, priority1, quality: SLAVE_ONLY, priority2 }),
      'current-data-set': {
        stepsRemoved: announce === undefined ? 0 : announce.stepsRemoved + 1,
        offsetFromMaster: fromNs(offsetFromMasterNs),
        meanPathDelay: fromNs(finite(view.meanDelayNs)),
      },
      'parent-data-set': {
        parent: parent?.dataSet.sender ?? view.source ?? { clock: identity.clock, port: 0 },
        ...UNMEASURED_PARENT,
        priority1: announce?.priority1 ?? priority1,
        quality: announce?.quality ?? SLAVE_ONLY,
        priority2: announce?.priority2 ?? priority2,
        grandmaster,
      },
      'time-properties-data-set': {
        currentUtcOffset: announce?.currentUtcOffset ?? 0,
        flags,
        timeSource: announce?.timeSource ?? OSCILLATOR,
      },
      'time-status-np': {
        offsetFromMasterNs: BigInt(Math.round(offsetFromMasterNs)),
        ingressTimeNs: lastSync?.received.time ?? 0n,
        cumulativeScaledRateOffset: scaledRateOffset(timeBase.cumulativePpb),
        scaledLastGmPhaseChange: timeBase.information?.scaledLastGmFreqChange ?? 0,
        gmTimeBaseIndicator: timeBase.information?.gmTimeBaseIndicator ?? 0,
        lastGmPhaseChange: timeBase.information?.lastGmPhaseChange ?? 0n,
        gmPresent: Number(lastSync !== undefined),
        grandmaster: lastSync === undefined ? NO_CLOCK : grandmaster,
      },
    },
    ports: new Map([
      [
        identity.port,
        {
          ...portDataSets(facts, view),
          ...(unicastFrom && { 'unicast-master-table-np': unicastMasterTable(view, unicastFrom) }),
        },
      ],
    ]),
  };
}

const timeFlagsOf = (flags: TimeFlags): TimeFlags => {
  const { leap61, leap59, currentUtcOffsetValid, ptpTimescale } = flags;
  const { timeTraceable, frequencyTraceable, synchronizationUncertain } = flags;
  return {
    ...{ leap61, leap59, currentUtcOffsetValid, ptpTimescale },
    ...{ timeTraceable, frequencyTraceable, synchronizationUncertain },
  };
};
