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

/** Settings of a port of either role. Options that differ from the profile are changed in `profile`. */
export interface PortSettings {
  readonly profile: Profile;
  readonly identity: PortIdentity;
  readonly minorVersion: MinorVersionSetting;
  readonly latencies: Latencies;
  /** One sigma of a stamp, by its class. */
  readonly stampNoiseNs: Readonly<Record<StampClass, Ns>>;
  /** Returns a random number in [0, 1). */
  readonly random: () => number;
  /** Returns true for senders whose Announces are used. Default: all. */
  readonly acceptable?: (sender: PortIdentity, from: string) => boolean;
  /** Returns true for a clock identity of this hub, whose Announces are a loop. Default: none. */
  readonly isOwn?: (clock: ClockIdentity) => boolean;
  /** The sides of the peer delay mechanism that this port has. Two ports on one link must not both answer. */
  readonly peerDelay: PeerDelayRoles;
  /** Values of an earlier run over this link. */
  readonly savedLink?: SavedLink | undefined;
}

/** Settings of a timeReceiver port. */
export interface ReceiverSettings extends PortSettings {
  /** Requests unicast messages of one timeTransmitter instead of listening to a group. */
  readonly unicast?: UnicastClientSettings;
  /** Intervals to request of the neighbour (802.1AS-2020 §10.6.4.3). It keeps its own for those that are left out. */
  readonly requestedIntervals?: Partial<Intervals>;
}

/** Settings of a timeTransmitter port. */
export interface TransmitterSettings extends PortSettings {
  readonly ptpTimeOf: PtpTimeOf;
  /** Unicast negotiation; without it requests are ignored. */
  readonly grants?: GrantLimits;
  /** `grants`: Announce, Sync and Delay_Resp go only to clients with grants, not to the group. Default: `group`, to both. */
  readonly recipients?: 'group' | 'grants';
}

export interface PeerDelayRoles {
  readonly asks: boolean;
  /** Requests of this domain that the port answers: all, unicast ones (another answers those to the group), or none. */
  readonly answers: 'all' | 'unicast' | 'none';
  /** Answers as the common mean link delay service, too, for all domains of the link. */
  readonly answersCommon: boolean;
}

/** Returns the envelope of a port. All parts of the port share it, because they share the minor version. */
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
