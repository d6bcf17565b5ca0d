import type { Ns, StampClass } from '../../../api/time.js';
import type { ClockIdentity, PortIdentity } from '../identity.js';
import type { Intervals, Profile } from '../profile/profile.js';
import type { SavedLink } from './action.js';
import type { Envelope } from './envelope.js';
import type { Latencies } from './latency.js';
import { MinorVersion, type MinorVersionSetting } from './minor-version.js';
import type { UnicastClientSettings } from './receiver/unicast-client.js';
import type { PtpTimeOf } from './transmitter/grandmaster-data.js';
import type { GrantLimits } from './transmitter/grant-table.js';

/** What a port of either role is told at its start. Where it differs from the profile, the profile is spread and changed. */
export interface PortSettings {
  readonly profile: Profile;
  readonly identity: PortIdentity;
  readonly minorVersion: MinorVersionSetting;
  readonly latencies: Latencies;
  /** One standard deviation of a stamp, by its class. */
  readonly stampNoiseNs: Readonly<Record<StampClass, Ns>>;
  /** In [0, 1). */
  readonly random: () => number;
  /** Whose Announces count. Default: everybody's. */
  readonly acceptable?: (sender: PortIdentity, from: string) => boolean;
  /** Returns true for a clock identity of the same machine, whose Announces are a loop. Default: none is. */
  readonly isOwn?: (clock: ClockIdentity) => boolean;
  /** Which sides of the peer delay mechanism this port plays; two ports on one link must not both answer. */
  readonly peerDelay: PeerDelayRoles;
  /** Of an earlier run over this link. */
  readonly savedLink?: SavedLink | undefined;
}

/** A port that follows. */
export interface ReceiverSettings extends PortSettings {
  /** Asks one timeTransmitter for unicast messages instead of listening to a group. */
  readonly unicast?: UnicastClientSettings;
  /** Intervals that the neighbour is asked for (802.1AS-2020 §10.6.4.3); what is left out it keeps. */
  readonly requestedIntervals?: Partial<Intervals>;
}

/** A port that gives time. */
export interface TransmitterSettings extends PortSettings {
  readonly ptpTimeOf: PtpTimeOf;
  /** Unicast negotiation; without it requests are ignored. */
  readonly grants?: GrantLimits;
  /** `asking`: nothing of Announce, Sync and Delay_Resp goes to the group. Default: everybody. */
  readonly recipients?: 'group' | 'grants';
}

export interface PeerDelayRoles {
  readonly asks: boolean;
  /** Requests of this domain: to the group and to one address, only the latter (another answers the group), or none. */
  readonly answers: 'all' | 'unicast' | 'none';
  /** Also as the common mean link delay service, for all domains of the link. */
  readonly answersCommon: boolean;
}

/** One for all machines of a port: they speak one version. */
export const envelopeOf = ({
  profile,
  identity,
  minorVersion,
}: Pick<PortSettings, 'profile' | 'identity' | 'minorVersion'>): Envelope => ({
  identity,
  version: new MinorVersion(minorVersion),
  domain: profile.domain,
  sdoId: profile.sdoId,
});
