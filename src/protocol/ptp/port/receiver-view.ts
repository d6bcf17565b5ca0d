import type { Ns } from '../../../api/time.js';
import type { ForeignMaster } from '../bmca/foreign-masters.js';
import type { PortIdentity } from '../identity.js';
import { transitNs } from '../time.js';
import type { DelayTimes } from './delay-requester.js';
import type { LinkDelay, Neighbour } from './neighbour.js';
import type { Verdict } from './receiver-verdict.js';
import type { SyncTimes } from './sync-receiver.js';
import type { TimeBase } from './time-base.js';

/** What a timeReceiver shows of itself, to people and to management. */
export interface ReceiverView extends Pick<Verdict, 'state' | 'reason'> {
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
  readonly counters: Readonly<Record<string, number>>;
  readonly logDelayInterval: number;
  readonly syncIntervalNs: Ns;
}

interface Parts {
  readonly verdict: Verdict;
  readonly parent: ForeignMaster | undefined;
  readonly source: PortIdentity | undefined;
  readonly sync: SyncTimes | undefined;
  readonly delay: DelayTimes | undefined;
  readonly neighbour: Neighbour | undefined;
  readonly asymmetryNs: Ns;
  readonly timeBase: TimeBase;
  readonly known: readonly ForeignMaster[];
  readonly counters: Readonly<Record<string, number>>;
  readonly logDelayInterval: number;
  readonly syncIntervalNs: Ns;
}

export function viewOf(parts: Parts): ReceiverView {
  const { verdict, sync, delay, neighbour, asymmetryNs, parent, source, timeBase } = parts;
  const inbound = sync === undefined ? Number.NaN : transitNs(sync.received.time, sync.origin, sync.correction);
  const outbound = delay === undefined ? Number.NaN : transitNs(delay.received, delay.sent.time, delay.correction);
  const link = neighbour?.link;
  const meanDelayNs = neighbour === undefined ? (inbound + outbound) / 2 : (link?.delayNs ?? Number.NaN);
  return {
    ...{ state: verdict.state, reason: verdict.reason, parent, source, meanDelayNs, link, timeBase },
    offsetFromMasterNs: inbound - meanDelayNs - asymmetryNs,
    asCapable: neighbour?.capability,
    neighbourRatePpb: neighbour?.peer.rate.ratePpb,
    lastSync: sync,
    known: parts.known,
    counters: parts.counters,
    logDelayInterval: parts.logDelayInterval,
    syncIntervalNs: parts.syncIntervalNs,
  };
}
