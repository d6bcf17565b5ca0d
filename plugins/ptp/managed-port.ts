import {
  type DataSet,
  DELAY_MECHANISMS,
  formatPortIdentity,
  fromNs,
  PORT_STATES,
  type PortState,
  TIMESTAMPING_NP,
} from 'timehub/protocol/ptp';
import type { MessageCounts } from './message-counts.js';
import type { PreparedPort } from './open-port.js';

export interface ManagedBasis {
  readonly prepared: PreparedPort;
  readonly counts: MessageCounts;
  readonly interface: string;
}

export interface PortFacts {
  readonly state: PortState;
  readonly peerDelayNs: number | undefined;
  readonly logDelayInterval: number;
  readonly logAnnounceInterval: number;
  readonly logSyncInterval: number;
  readonly isCapable: boolean;
}

/** The data sets of one port, alike for both roles. */
export function portSets({ prepared, counts, interface: name }: ManagedBasis, facts: PortFacts) {
  const { identity: port, profile, minorVersion } = prepared.settings;
  const state = PORT_STATES[facts.state];
  const { logDelayInterval, logAnnounceInterval, logSyncInterval } = facts;
  return {
    'port-data-set': {
      ...{ port, state, logAnnounceInterval, logSyncInterval },
      logMinDelayReqInterval: profile.delay === 'e2e' ? logDelayInterval : profile.initial.delay,
      peerMeanPathDelay: fromNs(finite(facts.peerDelayNs)),
      announceReceiptTimeout: profile.announceTimeout,
      delayMechanism: DELAY_MECHANISMS[profile.delay],
      logMinPdelayReqInterval: profile.delay === 'p2p' ? logDelayInterval : profile.initial.delay,
      version: (minorVersion << 4) | 2,
    },
    'port-data-set-np': {
      neighbourDelayThresholdNs: Math.round(profile.neighbour.thresholdNs),
      asCapable: Number(facts.isCapable),
    },
    'port-properties-np': {
      ...{ port, state, interface: name },
      timestamping: prepared.hardware ? TIMESTAMPING_NP.hardware : TIMESTAMPING_NP.software,
    },
    'port-stats-np': { port, received: wholes(counts.received), sent: wholes(counts.sentWith(prepared.responder)) },
  } satisfies {
    readonly 'port-data-set': DataSet<'port-data-set'>;
    readonly 'port-data-set-np': DataSet<'port-data-set-np'>;
    readonly 'port-properties-np': DataSet<'port-properties-np'>;
    readonly 'port-stats-np': DataSet<'port-stats-np'>;
  };
}

export const userDescription = ({ prepared }: ManagedBasis) => ({
  text: `timehub ${formatPortIdentity(prepared.settings.identity)}`,
});

const wholes = (counts: Float64Array): readonly bigint[] => Array.from(counts, (count) => BigInt(count));

export const finite = (value: number | undefined): number =>
  value !== undefined && Number.isFinite(value) ? value : 0;
