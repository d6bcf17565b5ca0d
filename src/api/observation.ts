import type { ClockId, Instant, Ns, StampClass, Timescale } from './time.js';

interface Observed {
  /** The local clock that was read. */
  readonly clock: ClockId;
  /** CLOCK_MONOTONIC_RAW when it was read: the event time. */
  readonly monotonic: Instant;
  readonly stamp: StampClass;
  /** One standard deviation that no averaging gets below: stamp class, precision of the reference. Above zero. */
  readonly noiseFloorNs: Ns;
  /** Which of several paths to this source, where there are several (default `''`): each has its own delay and bias. */
  readonly path?: string;
  /** The timescale of the reference; the kernel converts. Default `utc`. */
  readonly scale?: Timescale;
}

/**
 * One message in one direction: received − sent, corrected for what is known of the way (residence times, asymmetry).
 * `inbound`: local reception − remote transmission. `outbound`: remote reception − local transmission.
 * A two-way exchange is two legs handed over in one call.
 */
export interface Leg extends Observed {
  readonly kind: 'leg';
  readonly direction: 'inbound' | 'outbound';
  readonly transitNs: Ns;
}

/**
 * A stamp of an edge that marks a whole period of the reference (PPS). It says where in the period the local clock is;
 * it numbers the period only if `numberedOffsetNs` is given, and even then a vote of other sources outweighs it.
 */
export interface Pulse extends Observed {
  readonly kind: 'pulse';
  /** The local clock's reading at the edge. */
  readonly edge: Instant;
  readonly periodNs: Ns;
  /** Reference − local as numbered by the source itself (gpsd's real_sec), where it does so. */
  readonly numberedOffsetNs?: Ns;
}

/** A simultaneous comparison of a local clock with a reference, or with another local clock (`versus`). */
export interface Reading extends Observed {
  readonly kind: 'reading';
  /** Reference (or `versus`) − `clock`. */
  readonly offsetNs: Ns;
  readonly versus?: ClockId;
  /** One standard deviation of this comparison, where the source knows it (a bracket's width, a serial line's jitter). */
  readonly noiseNs?: Ns;
}

/** A frequency ratio: how much faster than `clock` the reference runs (gPTP neighborRateRatio, cumulativeScaledRateOffset). */
export interface Rate extends Observed {
  readonly kind: 'rate';
  readonly frequencyPpb: number;
  readonly noisePpb: number;
}

/** What a source may say. Everything a protocol knows about time is reduced to these four kinds. */
export type Observation = Leg | Pulse | Reading | Rate;

export type Leap = 'none' | 'insert' | 'delete' | 'unknown';

/**
 * What a PTP source hears of its grandmaster, for those who pass its time on (the parent data set, IEEE 1588-2019 §8.2.4).
 */
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
  /** The clocks that the time has come through (§16.2); empty where the sender does not say. */
  readonly path: readonly string[];
}

/** One call of a source: observations made together, and its claims. */
export interface Report {
  /** Absent: as last reported. Claims that repeat the last ones cost nothing. */
  readonly claims?: Claims;
  /** May be empty, when the source answers but has no time to give. */
  readonly observations: readonly Observation[];
}

/** What a source states about itself beside its observations. Absent: not stated. */
export interface Claims {
  /** False: the source answers but says that it has no time to give (LI 3, stratum 16, no fix). */
  readonly synchronised: boolean;
  /** Why not, as a clause: `the server is not synchronised (stratum 16)`. */
  readonly flaw?: string;
  /** NTP stratum of the source, 1..15 (RFC 5905 §7.3); 0 for a reference clock of our own. */
  readonly stratum?: number;
  /** The source's own distance to its reference, round trip, and its error (RFC 5905 §7.3). */
  readonly rootDelayNs?: Ns;
  readonly rootDispersionNs?: Ns;
  /** IEEE 1588-2019 §7.6.2: what a grandmaster announces. */
  readonly clockClass?: number;
  readonly clockAccuracy?: number;
  readonly timeSource?: number;
  /** Boundary clocks between the grandmaster and the source (IEEE 1588-2019 §8.2.3.2). */
  readonly stepsRemoved?: number;
  readonly grandmaster?: GrandmasterClaims;
  readonly leap?: Leap;
  readonly taiMinusUtc?: number;
  /** What the source itself follows: an NTP refid as text, a grandmaster identity, "GNSS". */
  readonly reference?: string;
  /** The address or device the source is at: correlated sources are recognised by it. */
  readonly address?: string;
  /** Address of the server that the source follows, where `reference` does not say it. */
  readonly parent?: string;
  /** UTC when the clock of the source was last set (RFC 5905 §7.3). */
  readonly referenceTime?: Instant;
  /** The time of this source comes from this hub: one sentence why. Stated by the kernel; the source is then never used. */
  readonly ours?: string;
  readonly traceable?: boolean;
  readonly authenticated?: boolean;
  /** The longest time between its observations while all is well: silence is judged by it. Default: learnt. */
  readonly intervalNs?: Ns;
  /** Half-width that no data of the observations that follow can show: a path's possible asymmetry, a serial latency. */
  readonly biasBoundNs?: Ns;
}
