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
import type { ReceiverSettings } from '../settings.js';
import type { Follower } from './follower.js';
import type { PortStatus } from './receiver-status.js';
import type { SyncTimes } from './sync-receiver.js';
import type { TimeBase } from './time-base.js';

/** What a timeReceiver shows of itself, to people and to management. */
export interface ReceiverView extends Pick<PortStatus, 'state' | 'reason'> {
  readonly parent: ForeignMaster | undefined;
  /** Who sends the Syncs, where nobody announces. */
  readonly source: PortIdentity | undefined;
  /** local − timeTransmitter, as PTP has it (offsetFromMaster), of the last messages alone. NaN: not known. */
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
  /** Messages that were not used, by reason. */
  readonly unused: Readonly<Record<string, number>>;
  /** What else has happened so often. */
  readonly counters: Readonly<Record<string, number>>;
  /** Delay_Req or Pdelay_Req in a row that have had no answer. */
  readonly unanswered: number;
  /** As the other side has them where it says so, log2 of seconds; of Delay_Req or Pdelay_Req. */
  readonly logDelayInterval: number;
  readonly logAnnounceInterval: number;
  readonly logSyncInterval: number;
}

interface Parts {
  readonly verdict: PortStatus;
  readonly settings: ReceiverSettings;
  readonly envelope: Envelope;
  readonly follower: Follower;
  readonly neighbour: Neighbour;
  readonly announces: AnnounceReceiver;
  /** Messages of another domain or profile. */
  readonly foreign: number;
  readonly unicastRequests: number;
}

export function viewOf(parts: Parts): ReceiverView {
  const { verdict, settings, envelope, follower, neighbour, announces, foreign, unicastRequests } = parts;
  const { lastSync, requester, timeBase, parent, source } = follower;
  const isMeasured = measuresLink(settings.profile);
  const link = isMeasured ? neighbour.link : undefined;
  return {
    ...{ state: verdict.state, reason: verdict.reason, parent, source, link, timeBase, lastSync },
    ...offsetOf(follower, isMeasured ? (link?.delayNs ?? Number.NaN) : undefined, settings.latencies.asymmetryNs),
    asCapable: isMeasured ? neighbour.capability : undefined,
    neighbourRatePpb: isMeasured ? neighbour.delayRequester.rate.ratePpb : undefined,
    known: announces.known,
    version: envelope.version.view,
    unused: { foreign, ...follower.unused, ...announces.refused },
    counters: {
      ...follower.mismatches,
      ...{ announceTimeouts: announces.timeouts, syncTimeouts: follower.syncTimeouts, unicastRequests },
      stampsLost: requester.stampsLost + neighbour.stampsLost,
    },
    unanswered: isMeasured ? neighbour.delayRequester.lost : requester.unanswered,
    logDelayInterval: isMeasured ? (neighbour.delayRequester.logInterval ?? NO_INTERVAL) : requester.logInterval,
    logAnnounceInterval: settings.profile.initial.announce,
    logSyncInterval: follower.syncTimeout.logInterval,
  };
}

/** Of the last Sync, and end to end of the last Delay_Req. `linkNs`: where the link is measured instead. */
function offsetOf({ lastSync: sync, lastDelay: delay }: Follower, linkNs: Ns | undefined, asymmetryNs: Ns) {
  const inbound = sync === undefined ? Number.NaN : transitNs(sync.received.time, sync.origin, sync.correction);
  const outbound = delay === undefined ? Number.NaN : transitNs(delay.received, delay.sent.time, delay.correction);
  const meanDelayNs = linkNs ?? (inbound + outbound) / 2;
  return { meanDelayNs, offsetFromMasterNs: inbound - meanDelayNs - asymmetryNs };
}
