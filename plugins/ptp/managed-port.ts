import type { ClockId } from 'timehub/api';
import {
  type DataSet,
  DELAY_MECHANISMS,
  formatPortIdentity,
  fromNs,
  measuresLink,
  PORT_STATES,
  type PortState,
  TIMESTAMPING_NP,
} from 'timehub/protocol/ptp';
import { serviceStats } from './managed-service.js';
import type { MessageCounts } from './message-counts.js';
import type { PreparedPort } from './open-port.js';

export interface ManagedBasis {
  readonly prepared: PreparedPort;
  readonly counts: MessageCounts;
  readonly interface: string;
  /** It stamps by a virtual clock of the interface. */
  readonly virtualClock: boolean;
  /** Times that the port became MASTER after PRE_MASTER. */
  readonly qualificationTimeouts?: number;
}

export interface PortFacts {
  readonly state: PortState;
  readonly peerDelayNs: number | undefined;
  readonly logDelayInterval: number;
  readonly logAnnounceInterval: number;
  readonly logSyncInterval: number;
  readonly isCapable: boolean;
  readonly minorVersion: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** The data sets of one port, alike for both roles. */
export function portSets(basis: ManagedBasis, facts: PortFacts) {
  const { prepared, counts, interface: name, qualificationTimeouts = 0 } = basis;
  const { identity: port, profile } = prepared.settings;
  const state = PORT_STATES[facts.state];
  const { logDelayInterval, logAnnounceInterval, logSyncInterval, minorVersion } = facts;
  return {
    'port-data-set': {
      ...{ port, state, logAnnounceInterval, logSyncInterval },
      logMinDelayReqInterval: measuresLink(profile) ? profile.initial.delay : logDelayInterval,
      peerMeanPathDelay: fromNs(finite(facts.peerDelayNs)),
      announceReceiptTimeout: profile.announceTimeout,
      delayMechanism: DELAY_MECHANISMS[profile.delay],
      logMinPdelayReqInterval: measuresLink(profile) ? logDelayInterval : profile.initial.delay,
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
    'port-service-stats-np': serviceStats(port, counts, { counters: facts.counters, qualificationTimeouts }),
    'port-hwclock-np': { port, phc: phcOf(prepared.clock), flags: { virtual: basis.virtualClock } },
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

/** N of `phc:ptpN`; the kernel's stamps have no such clock. */
const phcOf = (clock: ClockId): number => (clock === 'system' ? -1 : Number(clock.replace(/^\D+/, '')));

export const userDescription = ({ prepared }: ManagedBasis) => ({
  text: `timehub ${formatPortIdentity(prepared.settings.identity)}`,
});

const wholes = (counts: Float64Array): readonly bigint[] => Array.from(counts, (count) => BigInt(count));

export const finite = (value: number | undefined): number =>
  value !== undefined && Number.isFinite(value) ? value : 0;
