import type { Ns } from '../../../api/time.js';

export type PtpTransport = 'udp4' | 'udp6' | 'l2';

/**
 * Delay mechanism (IEEE 1588-2019 table 21). `common-p2p`: the common mean link delay service, one measurement for all
 * domains of a link (§16.6, 802.1AS-2020 §11.2.17).
 */
export type DelayMechanism = 'e2e' | 'p2p' | 'common-p2p';

/** Reaction of a timeReceiver to missing Syncs: it elects again, holds the last time and waits, or only reports it. */
export type SyncLoss = 'elect' | 'hold' | 'report';

/**
 * Source of asCapable. `measured`: the conditions of 802.1AS-2020 §11.2.2. `static`: always true (the automotive profile).
 * `unjudged`: IEEE 1588 has no asCapable, the port needs only a delay.
 */
export type CapabilityRule = 'measured' | 'static' | 'unjudged';

/** Requirements for the neighbour at the other end of the link. */
export interface NeighbourRules {
  readonly capable: CapabilityRule;
  /** Maximum delay of the link. */
  readonly thresholdNs: Ns;
  /** allowedLostResponses: consecutive Pdelay_Req that may have no answer, or answers of several ports. */
  readonly allowedLost: number;
  /** Pause in sending Pdelay_Req after more than `allowedLost` were answered by several ports, s. */
  readonly multipleResponderPauseS: number;
  /**
   * Sign of the fractions of the responder's stamps: equal in both correctionFields (IEEE 1588-2019 §11.4.2), or opposite
   * (802.1AS-2020 §11.2.19).
   */
  readonly corrections: '1588' | '802.1as';
}

/** Intervals between messages, log2 of seconds. */
export interface Intervals {
  readonly announce: number;
  readonly sync: number;
  /** Delay_Req or Pdelay_Req. */
  readonly delay: number;
}

/** A PTP profile (IEEE 1588-2019 §20.3): the options that all clocks of a network must share. */
export interface Profile {
  readonly summary: string;
  readonly transport: PtpTransport;
  readonly domain: number;
  /** 12 bits, majorSdoId first. */
  readonly sdoId: number;
  readonly delay: DelayMechanism;
  /** Multicast Sync, unicast Delay_Req (RFC 9760 §7). */
  readonly hybrid: boolean;
  /** Choice of the timeTransmitter: by the BMCA (§9.3), or by configuration (external port configuration, §17.6). */
  readonly roles: 'elected' | 'static';
  /** Announces after the first that qualify their sender, and the intervals within which they must come. 0: at once. */
  readonly qualification: { readonly announces: number; readonly withinIntervals: number };
  readonly priority1: number;
  readonly priority2: number;
  readonly initial: Intervals;
  /** Intervals after the time has settled (802.1AS-2020 §10.7.2 and the automotive profile). */
  readonly operational?: Intervals;
  /** Announce receipt timeout, intervals; a random share of `announceTimeoutSpan` intervals is added (§9.2.6.12). */
  readonly announceTimeout: number;
  readonly announceTimeoutSpan: number;
  /** Sync receipt timeout, intervals. */
  readonly syncTimeout: number;
  readonly onSyncLoss: SyncLoss;
  readonly neighbour: NeighbourRules;
  /** Each Follow_Up carries the information TLV of 802.1AS; one without it is ignored. */
  readonly followUpInformation: boolean;
  /** gPTP-capable Signaling (802.1AS-2020 §10.7): interval, log2 of seconds, and receipt timeout, intervals. */
  readonly gptpCapable?: { readonly logInterval: number; readonly timeout: number };
  /** Edition of IEEE C37.238 whose inaccuracy TLV each Announce carries. */
  readonly powerTlv?: 'power-2011' | 'power-2017';
  /** Announces carry the PATH_TRACE TLV (§16.2). */
  readonly pathTrace: boolean;
  /** Syncs of every sender are used: there are no Announces that choose one. */
  readonly anySource: boolean;
  readonly dscp?: { readonly event: number; readonly general: number };
}

/** Returns true for the peer-to-peer mechanisms, which measure the delay of the link to the neighbour. */
export const measuresLink = ({ delay }: Profile): boolean => delay !== 'e2e';
