import type { Ns } from '../../../../api/time.js';
import type { ForeignMaster } from '../../bmca/foreign-masters.js';
import type { PortIdentity } from '../../identity.js';
import { NO_INTERVAL } from '../../interval.js';
import { measuresLink } from '../../profile/profile.js';
import { transitNs } from '../../time.js';
import type { AnnounceReceiver } from '../announce-receiver.js';
import type { Envelope } from '../envelope.js';
import type { MinorVersionView } from '../minor-version.js';
import type { LinkDelay } from '../neighbour/link-delay.js';
import type { Neighbour } from '../neighbour/neighbour.js';
import type { PortStatus } from '../port-status.js';
import type { ReceiverSettings } from '../settings.js';
import type { Follower } from './follower.js';
import type { SyncTimes } from './sync-receiver.js';
import type { TimeBase } from './time-base.js';

/** The present values of a timeReceiver port, for `timehub show`, metrics and management. */
export interface ReceiverView extends Pick<PortStatus, 'state' | 'reason'> {
  readonly parent: ForeignMaster | undefined;
  /** Sender of the last Sync, for profiles without Announces. */
  readonly source: PortIdentity | undefined;
  /** offsetFromMaster: local clock − timeTransmitter, from the last messages alone. NaN: not known. */
  readonly offsetFromMasterNs: Ns;
  /** meanPathDelay or meanLinkDelay. NaN: not known. */
  readonly meanDelayNs: Ns;
  readonly link: LinkDelay | undefined;
  readonly asCapable: { readonly capable: boolean; readonly reason: string } | undefined;
  readonly neighbourRatePpb: number | undefined;
  readonly timeBase: TimeBase;
  readonly lastSync: SyncTimes | undefined;
  readonly known: readonly ForeignMaster[];
  readonly version: MinorVersionView;
  /** Number of received messages that were not used, by reason. */
  readonly unused: Readonly<Record<string, number>>;
  /** Other counters by name. */
  readonly counters: Readonly<Record<string, number>>;
  /** Consecutive Delay_Req or Pdelay_Req without an answer. */
  readonly unanswered: number;
  /** Interval of Delay_Req or Pdelay_Req, log2 of seconds. As the other side states it, if it does. */
  readonly logDelayInterval: number;
  readonly logAnnounceInterval: number;
  readonly logSyncInterval: number;
}

interface Parts {
  readonly status: PortStatus;
  readonly settings: ReceiverSettings;
  readonly envelope: Envelope;
  readonly follower: Follower;
  readonly neighbour: Neighbour;
  readonly announces: AnnounceReceiver;
  /** Number of messages of another domain or profile. */
  readonly foreign: number;
  readonly unicastRequests: number;
}

export function viewOf(parts: Parts): ReceiverView {
  const { status, settings, envelope, follower, neighbour, announces, foreign, unicastRequests } = parts;
  const { lastSync, requester, timeBase, parent, source } = follower;
  const isMeasured = measuresLink(settings.profile);
  const link = isMeasured ? neighbour.link : undefined;
  return {
    ...{ state: status.state, reason: status.reason, parent, source, link, timeBase, lastSync },
    ...offsetOf(follower, isMeasured ? (link?.delayNs ?? Number.NaN) : undefined, settings.latencies.asymmetryNs),
    asCapable: isMeasured ? neighbour.capability : undefined,
    neighbourRatePpb: isMeasured ? neighbour.delayRequester.rate.ratePpb : undefined,
    known: announces.known,
    version: envelope.version.view,
    unused: { foreign, ...follower.unused, ...announces.refused },
    counters: {
      ...follower.mismatches,
      ...{ announceTimeouts: announces.timeouts, syncTimeouts: follower.syncTimeout.count, unicastRequests },
      stampsLost: requester.stampsLost + neighbour.stampsLost,
    },
    unanswered: isMeasured ? neighbour.delayRequester.lost : requester.unanswered,
    logDelayInterval: isMeasured ? (neighbour.delayRequester.logInterval ?? NO_INTERVAL) : requester.logInterval,
    logAnnounceInterval: settings.profile.initial.announce,
    logSyncInterval: follower.syncTimeout.logInterval,
  };
}

/** From the last Sync and the last Delay_Req, or from the link delay `linkNs` in peer-to-peer mode. */
function offsetOf({ lastSync: sync, lastDelay: delay }: Follower, linkNs: Ns | undefined, asymmetryNs: Ns) {
  const inbound = sync === undefined ? Number.NaN : transitNs(sync.received.time, sync.origin, sync.correction);
  const outbound = delay === undefined ? Number.NaN : transitNs(delay.received, delay.sent.time, delay.correction);
  const meanDelayNs = linkNs ?? (inbound + outbound) / 2;
  return { meanDelayNs, offsetFromMasterNs: inbound - meanDelayNs - asymmetryNs };
}
