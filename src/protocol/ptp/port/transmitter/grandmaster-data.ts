import type { Instant, Stamp } from '../../../../api/time.js';
import type { AnnounceDataSet } from '../../bmca/data-set-comparison.js';
import type { TimeFlags } from '../../flags.js';
import type { ClockIdentity, PortIdentity } from '../../identity.js';
import type { Announce } from '../../message.js';
import type { Profile } from '../../profile/profile.js';
import type { ClockQuality } from '../../quality.js';
import { scaledRateOffset } from '../../rate.js';
import type { Tlv, TlvOf } from '../../tlv/index.js';
import type { Destination } from '../action.js';
import { type Envelope, flagsFor, headerOf } from '../envelope.js';
import { type PowerProfileData, powerTlvOf } from '../power-profile.js';

/** The data that a timeTransmitter announces: its own, or as a boundary clock those of its grandmaster. */
export interface GrandmasterData {
  readonly priority1: number;
  readonly quality: ClockQuality;
  readonly priority2: number;
  readonly timeSource: number;
  readonly flags: TimeFlags;
  /** TAI − UTC, s; valid if the flag currentUtcOffsetValid is set. */
  readonly currentUtcOffset: number;
  readonly grandmaster: ClockIdentity;
  /** 0: this clock is the grandmaster. */
  readonly stepsRemoved: number;
  /** The clocks before this one on the path of the time (§16.2). */
  readonly path?: readonly ClockIdentity[];
  /** Further TLVs. */
  readonly tlvs?: readonly Tlv[];
  readonly timeBase?: TimeBaseData;
  /** Data of the power profile. */
  readonly power?: PowerProfileData;
}

/** Content of the Follow_Up information TLV (802.1AS-2020 §11.4.4.3). */
export interface TimeBaseData {
  /** Rate of the grandmaster − rate of the clock that stamps Pdelay messages, ppb. */
  readonly cumulativePpb: number;
  readonly indicator: number;
  /** 2^-16 ns. */
  readonly lastPhaseChange: bigint;
  readonly lastFrequencyChangePpb: number;
}

/** Converts a stamp of the local clock to the PTP time to send. Returns undefined if there is no time to send. */
export type PtpTimeOf = (stamp: Stamp) => Instant | undefined;

/** Returns the data set that the other clocks of the segment compare. */
export const candidateOfData = (data: GrandmasterData, identity: PortIdentity): AnnounceDataSet => ({
  priority1: data.priority1,
  quality: data.quality,
  priority2: data.priority2,
  grandmaster: data.grandmaster,
  stepsRemoved: data.stepsRemoved,
  sender: identity,
  receiver: identity,
});

export interface AnnounceParts {
  readonly envelope: Envelope;
  readonly sequenceId: number;
  readonly logInterval: number;
  readonly profile: Profile;
  readonly to: Destination;
}

export function announceOf(data: GrandmasterData, parts: AnnounceParts): Announce {
  const { envelope, sequenceId, logInterval, profile, to } = parts;
  const flags = { ...flagsFor(to), ...data.flags };
  const { priority1, quality, priority2, grandmaster, stepsRemoved, timeSource, currentUtcOffset } = data;
  return {
    kind: 'announce',
    header: headerOf(envelope, sequenceId, { logInterval, flags }),
    origin: 0n,
    ...{ currentUtcOffset, priority1, quality, priority2, grandmaster, stepsRemoved, timeSource },
    tlvs: [...profileTlvs(data, envelope, profile), ...(data.tlvs ?? [])],
  };
}

function profileTlvs(data: GrandmasterData, { identity }: Envelope, { pathTrace, powerTlv }: Profile): readonly Tlv[] {
  const path = [...(data.path ?? []), identity.clock];
  return [
    ...(pathTrace ? [{ kind: 'path-trace', path } as const] : []),
    ...(powerTlv === undefined ? [] : [powerTlvOf(powerTlv, data.power)]),
  ];
}

export function informationOf(timeBase: TimeBaseData | undefined): TlvOf<'follow-up-information'> {
  return {
    kind: 'follow-up-information',
    cumulativeScaledRateOffset: scaledRateOffset(timeBase?.cumulativePpb ?? 0),
    gmTimeBaseIndicator: timeBase?.indicator ?? 0,
    lastGmPhaseChange: timeBase?.lastPhaseChange ?? 0n,
    scaledLastGmFreqChange: scaledRateOffset(timeBase?.lastFrequencyChangePpb ?? 0),
  };
}
