import type { ClockId } from 'timehub/api';
import {
  type DataSet,
  DELAY_MECHANISMS,
  formatPortIdentity,
  fromNs,
  measuresLink,
  PORT_STATES,
  type ReceiverView,
  TIMESTAMPING_NP,
  type TransmitterView,
  VARIANCE_UNKNOWN,
} from 'timehub/protocol/ptp';
import type { MessageCounts } from '../port/message-counts.js';
import type { PreparedPort } from '../port/prepare-port.js';
import { serviceStats } from './service-stats.js';

/** The parts of a port from which its data sets are made. */
export interface DataSetFacts {
  readonly prepared: PreparedPort;
  readonly counts: MessageCounts;
  /** Number of changes from PRE_MASTER to MASTER. */
  readonly qualificationTimeouts?: number;
}

/** Returns the data sets of a port of either role. */
export function portDataSets(facts: DataSetFacts, view: ReceiverView | TransmitterView) {
  const { prepared, counts, qualificationTimeouts = 0 } = facts;
  const { identity: port, profile } = prepared.settings;
  const state = PORT_STATES[view.state];
  const { logDelayInterval, logAnnounceInterval, logSyncInterval } = view;
  return {
    'port-data-set': {
      ...{ port, state, logAnnounceInterval, logSyncInterval },
      logMinDelayReqInterval: measuresLink(profile) ? profile.initial.delay : logDelayInterval,
      peerMeanPathDelay: fromNs(finite(view.link?.delayNs)),
      announceReceiptTimeout: profile.announceTimeout,
      delayMechanism: DELAY_MECHANISMS[profile.delay],
      logMinPdelayReqInterval: measuresLink(profile) ? logDelayInterval : profile.initial.delay,
      version: (view.version.minorVersion << 4) | 2,
    },
    'port-data-set-np': {
      neighbourDelayThresholdNs: Math.round(profile.neighbour.thresholdNs),
      asCapable: Number(view.asCapable?.capable ?? true),
    },
    'port-properties-np': {
      ...{ port, state, interface: prepared.interface },
      timestamping: prepared.hardware ? TIMESTAMPING_NP.hardware : TIMESTAMPING_NP.software,
    },
    'port-service-stats-np': serviceStats(port, counts, { counters: view.counters, qualificationTimeouts }),
    'port-hwclock-np': { port, phc: phcOf(prepared.clock), flags: { virtual: prepared.virtualClock } },
    'port-stats-np': { port, received: wholes(counts.received), sent: wholes(counts.sentWith(prepared.responder)) },
  } satisfies {
    readonly 'port-data-set': DataSet<'port-data-set'>;
    readonly 'port-data-set-np': DataSet<'port-data-set-np'>;
    readonly 'port-properties-np': DataSet<'port-properties-np'>;
    readonly 'port-stats-np': DataSet<'port-stats-np'>;
    readonly 'port-service-stats-np': DataSet<'port-service-stats-np'>;
    readonly 'port-hwclock-np': DataSet<'port-hwclock-np'>;
  };
}

/** Returns N of `phc:ptpN`, −1 for kernel stamps. */
const phcOf = (clock: ClockId): number => (clock === 'system' ? -1 : Number(clock.replace(/^\D+/, '')));

export const userDescription = ({ prepared }: DataSetFacts) => ({
  text: `timehub ${formatPortIdentity(prepared.settings.identity)}`,
});

/** Returns defaultDS of the clock. */
export const defaultDataSet = (
  { prepared }: DataSetFacts,
  own: Pick<DataSet<'default-data-set'>, 'priority1' | 'priority2' | 'quality'> & { readonly slaveOnly: boolean },
): DataSet<'default-data-set'> => {
  const { identity, profile } = prepared.settings;
  const { slaveOnly, ...members } = own;
  return {
    ...{ flags: { twoStep: true, slaveOnly }, numberPorts: prepared.sharedClock.portsBeside(identity) },
    ...{ ...members, clock: identity.clock, domain: profile.domain },
  };
};

/** The members of parentDS that no port measures. */
export const UNMEASURED_PARENT = {
  ...{ flags: { statistics: false }, observedVariance: VARIANCE_UNKNOWN, observedPhaseChangeRate: 0x7fffffff },
} as const;

const wholes = (counts: Float64Array): readonly bigint[] => Array.from(counts, (count) => BigInt(count));

export const finite = (value: number | undefined): number =>
  value !== undefined && Number.isFinite(value) ? value : 0;
