import type { Ns, StampClass } from '../../../api/time.js';
import type { PortIdentity } from '../identity.js';
import type { Profile } from '../profile/profile.js';
import type { NeighbourMemory } from './action.js';
import type { Envelope } from './envelope.js';
import type { Latencies } from './latency.js';
import type { UnicastClientSettings } from './unicast-client.js';

/** What a port of either role is told at its start. Where it differs from the profile, the profile is spread and changed. */
export interface PortSettings {
  readonly profile: Profile;
  readonly identity: PortIdentity;
  /** 1, or 0 for neighbours of 2008 that mind. */
  readonly minorVersion: number;
  readonly latencies: Latencies;
  /** One standard deviation of a stamp, by its class. */
  readonly stampNoiseNs: Readonly<Record<StampClass, Ns>>;
  /** In [0, 1). */
  readonly random: () => number;
  /** Whose Announces count. Default: everybody's. */
  readonly acceptable?: (sender: PortIdentity, from: string) => boolean;
  /** Which sides of the peer delay mechanism this port plays; two ports on one link must not both answer. */
  readonly peerDelay: PeerDelayRoles;
  /** Of an earlier run over this link. */
  readonly remembered?: NeighbourMemory | undefined;
}

/** A port that follows. */
export interface ReceiverSettings extends PortSettings {
  /** Asks one timeTransmitter for unicast messages instead of listening to a group. */
  readonly unicast?: UnicastClientSettings;
}

export interface PeerDelayRoles {
  readonly asks: boolean;
  /** Of requests to the group and to one address. */
  readonly answers: 'all' | 'unicast' | 'none';
}

export const envelopeOf = ({
  profile,
  identity,
  minorVersion,
}: Pick<PortSettings, 'profile' | 'identity' | 'minorVersion'>): Envelope => ({
  ...{ identity, minorVersion },
  domain: profile.domain,
  sdoId: profile.sdoId,
});
