import type { ClockId, Instant, Ns, StampClass, Timescale } from './time.js';

interface Observed {
  /** The local clock that was read. */
  readonly clock: ClockId;
  /** CLOCK_MONOTONIC_RAW when it was read: the event time. */
  readonly monotonic: Instant;
  readonly stamp: StampClass;
  /** Standard deviation that averaging cannot reduce: of the stamp class and the precision of the reference. Above zero. */
  readonly noiseFloorNs: Ns;
  /** Path to this source, if it has several (default `''`): each has its own delay and bias. */
  readonly path?: string;
  /** The timescale of the reference; the kernel converts. Default `utc`. */
  readonly scale?: Timescale;
}

/**
 * One message in one direction: received − sent, corrected for known residence times and asymmetry.
 * `inbound`: local reception − remote transmission. `outbound`: remote reception − local transmission.
 * A two-way exchange is two legs in one report.
 */
export interface Leg extends Observed {
  readonly kind: 'leg';
  readonly direction: 'inbound' | 'outbound';
  readonly transitNs: Ns;
}

/**
 * A stamp of an edge that marks a whole period of the reference (PPS). It gives the phase of the local clock in the period. It
 * numbers the period only if `numberedOffsetNs` is given, and even then the vote of other sources overrules it.
 */
export interface Pulse extends Observed {
  readonly kind: 'pulse';
  /** The local clock's reading at the edge. */
  readonly edge: Instant;
  readonly periodNs: Ns;
  /** Reference − local, if the source numbers the pulse itself (gpsd's real_sec). */
  readonly numberedOffsetNs?: Ns;
}

/** A simultaneous comparison of a local clock with a reference, or with another local clock (`versus`). */
export interface Reading extends Observed {
  readonly kind: 'reading';
  /** Reference (or `versus`) − `clock`. */
  readonly offsetNs: Ns;
  readonly versus?: ClockId;
  /** Standard deviation of this comparison, if the source knows it (width of a bracket, jitter of a serial line). */
  readonly noiseNs?: Ns;
}

/** A frequency ratio: rate of the reference − rate of `clock` (gPTP neighborRateRatio, cumulativeScaledRateOffset). */
export interface Rate extends Observed {
  readonly kind: 'rate';
  readonly frequencyPpb: number;
  readonly noisePpb: number;
}

/** The observations of a source: every protocol reduces its knowledge of time to these four kinds. */
export type Observation = Leg | Pulse | Reading | Rate;

export type Leap = 'none' | 'insert' | 'delete' | 'unknown';

/** Claims of a PTP source about its grandmaster, for sinks that pass its time on (parentDS, IEEE 1588-2019 §8.2.4). */
export interface GrandmasterClaims {
  /** 16 hex digits. */
  readonly identity: string;
  readonly priority1: number;
  readonly clockClass: number;
  readonly clockAccuracy: number;
  readonly offsetScaledLogVariance: number;
  readonly priority2: number;
  readonly timeSource: number;
  readonly timeTraceable: boolean;
  readonly frequencyTraceable: boolean;
  /** Boundary clocks between the grandmaster and the sender. */
  readonly stepsRemoved: number;
  /** Identities of the clocks between (path trace, §16.2); empty if the sender does not state them. */
  readonly path: readonly string[];
}

/** One call of a source: observations made together, and its claims. */
export interface Report {
  /** Absent: as last reported. Claims that repeat the last ones cost nothing. */
  readonly claims?: Claims;
  /** Empty if the source answers but has no time. */
  readonly observations: readonly Observation[];
}

/** Claims of a source about its own time. An absent member is not stated. */
export interface Claims {
  /** False: the source answers but has no time (LI 3, stratum 16, no fix). */
  readonly synchronised: boolean;
  /** Reason for that, as a clause: `the server is not synchronised (stratum 16)`. */
  readonly flaw?: string;
  /** NTP stratum of the source, 1..15 (RFC 5905 §7.3); 0 for a reference clock of this machine. */
  readonly stratum?: number;
  /** Round-trip delay from the source to its reference, and the error of its time (RFC 5905 §7.3). */
  readonly rootDelayNs?: Ns;
  readonly rootDispersionNs?: Ns;
  /** Quality that a grandmaster announces (IEEE 1588-2019 §7.6.2). */
  readonly clockClass?: number;
  readonly clockAccuracy?: number;
  readonly timeSource?: number;
  /** Boundary clocks between the grandmaster and the source (IEEE 1588-2019 §8.2.3.2). */
  readonly stepsRemoved?: number;
  readonly grandmaster?: GrandmasterClaims;
  readonly leap?: Leap;
  readonly taiMinusUtc?: number;
  /** Reference of the source: an NTP refid as text, a grandmaster identity, "GNSS". */
  readonly reference?: string;
  /** Address or device of the source; correlated sources are recognised by it. */
  readonly address?: string;
  /** Address of the server that the source follows, if `reference` does not contain it. */
  readonly parent?: string;
  /** UTC when the clock of the source was last set (RFC 5905 §7.3). */
  readonly referenceTime?: Instant;
  /** Reason why the time of this source comes from this hub, one sentence. Set by the kernel; the source is then never used. */
  readonly ours?: string;
  readonly traceable?: boolean;
  readonly authenticated?: boolean;
  /** Longest normal interval between observations, for the detection of silence. Default: learnt. */
  readonly intervalNs?: Ns;
  /** Largest error that the observations themselves cannot show: asymmetry of the path, latency of a serial line. */
  readonly biasBoundNs?: Ns;
}
