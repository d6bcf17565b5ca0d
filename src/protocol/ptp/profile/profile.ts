import type { Ns } from '../../../api/time.js';

export type PtpTransport = 'udp4' | 'udp6' | 'l2';

/**
 * How a port finds out what the way takes (IEEE 1588-2019 table 21). `common-p2p`: by the common mean link delay service, one
 * measurement for all domains of a link (§16.6, 802.1AS-2020 §11.2.17).
 */
export type DelayMechanism = 'e2e' | 'p2p' | 'common-p2p';

/** What becomes of a timeReceiver whose Syncs stop: it elects anew, keeps what it has and waits, or only says so. */
export type SyncLoss = 'elect' | 'hold' | 'report';

/**
 * Whether a neighbour is fit for gPTP: measured (802.1AS-2020 §11.2.2), true by decree (the automotive profile), or not judged:
 * 1588 asks for no more than a delay.
 */
export type CapabilityRule = 'measured' | 'static' | 'unjudged';

/** What a port asks of the neighbour at the other end of its link. */
export interface NeighbourRules {
  readonly capable: CapabilityRule;
  /** A longer link is no link of this profile. */
  readonly thresholdNs: Ns;
  /** allowedLostResponses: Pdelay_Req in a row that may stay without an answer, or be answered by several. */
  readonly allowedLost: number;
  /** How long no Pdelay_Req are sent after more than that were answered by several, s. */
  readonly multipleResponderPauseS: number;
  /**
   * Where the responder puts the fractions of its stamps: 1588 has them in both corrections alike (IEEE 1588-2019 §11.4.2),
   * 802.1AS with opposite signs (802.1AS-2020 §11.2.19).
   */
  readonly corrections: '1588' | '802.1as';
}

/** log2 of seconds between messages. */
export interface Intervals {
  readonly announce: number;
  readonly sync: number;
  /** Delay_Req or Pdelay_Req. */
  readonly delay: number;
}

/** A PTP profile (IEEE 1588-2019 §20.3): what all clocks of a network must agree on, as data. */
export interface Profile {
  readonly summary: string;
  readonly transport: PtpTransport;
  readonly domain: number;
  /** 12 bits, majorSdoId first. */
  readonly sdoId: number;
  readonly delay: DelayMechanism;
  /** Multicast Sync, unicast Delay_Req (RFC 9760 §7). */
  readonly hybrid: boolean;
  /** Who is timeTransmitter: the election of §9.3, or whoever was told to be (external port configuration, §17.6). */
  readonly roles: 'elected' | 'static';
  /** Announces between the first and the qualification of its sender, and the intervals they must come in. 0: at once. */
  readonly qualification: { readonly announces: number; readonly withinIntervals: number };
  readonly priority1: number;
  readonly priority2: number;
  readonly initial: Intervals;
  /** What is gone over to once the time has settled; 802.1AS-2020 §10.7.2 and the automotive profile. */
  readonly operational?: Intervals;
  /** Announce intervals until a timeTransmitter is given up, and the random part of one interval added (§9.2.6.12). */
  readonly announceTimeout: number;
  readonly announceTimeoutSpan: number;
  /** Sync intervals until Syncs are missed. */
  readonly syncTimeout: number;
  readonly onSyncLoss: SyncLoss;
  readonly neighbour: NeighbourRules;
  /** Each Follow_Up carries 802.1AS' information TLV, and one without it counts for nothing. */
  readonly followUpInformation: boolean;
  /** gPTP-capable Signaling, log2 of seconds and intervals of silence until the neighbour is none (802.1AS-2020 §10.7). */
  readonly gptpCapable?: { readonly logInterval: number; readonly timeout: number };
  /** Which edition's inaccuracies each Announce carries (IEEE C37.238). */
  readonly powerTlv?: 'power-2011' | 'power-2017';
  /** Announces name the clocks they have come through (§16.2). */
  readonly pathTrace: boolean;
  /** Sync counts whoever sends it: there are no Announces to tell who it should be. */
  readonly anySource: boolean;
  readonly dscp?: { readonly event: number; readonly general: number };
}

/** The delay is that of the link to the neighbour, and is measured on each link by itself. */
export const measuresLink = ({ delay }: Profile): boolean => delay !== 'e2e';
