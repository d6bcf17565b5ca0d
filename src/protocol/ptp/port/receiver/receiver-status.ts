import type { Ns } from '../../../../api/time.js';
import { formatDuration } from '../../../../api/units.js';
import { explainComparison } from '../../bmca/data-set-comparison.js';
import type { ForeignMaster } from '../../bmca/foreign-masters.js';
import { formatPortIdentity } from '../../identity.js';
import type { PtpTransport } from '../../profile/profile.js';
import type { Capability } from '../neighbour/capability.js';
import { incapableStatus, linkStatus, type PortStatus, sentence, topicOf } from '../port-status.js';

export interface ReceiverFacts {
  readonly linkUp: boolean | undefined;
  readonly domain: number;
  readonly anySource: boolean;
  readonly parent: ForeignMaster | undefined;
  readonly runnerUp: ForeignMaster | undefined;
  /** Senders of Announces that do not qualify yet. */
  readonly unqualified: number;
  /** Defined in peer-to-peer mode. */
  readonly capability: Capability | undefined;
  /** The port may take part: its neighbour is capable where the profile requires it. */
  readonly isFit: boolean;
  readonly syncSeen: boolean;
  /** Time since the last Sync, if Syncs are missing. */
  readonly syncMissingNs: Ns | undefined;
  /** A clause: why received Syncs are not used. Empty: no fault. */
  readonly syncFault: string;
  /** A clause: why Delay_Req measure nothing. Empty: no known fault. */
  readonly delayFault: string;
  /** The profile holds the last time when Syncs stop. */
  readonly holds: boolean;
  readonly delayKnown: boolean;
  readonly unanswered: number;
  readonly transport: PtpTransport;
}

/** Returns the status of a timeReceiver port (IEEE 1588-2019 figure 31). */
export function receiverStatus(facts: ReceiverFacts): PortStatus {
  const withoutLink = linkStatus(facts.linkUp);
  if (withoutLink !== undefined) return withoutLink;
  const { capability } = facts;
  if (capability !== undefined && !facts.isFit) return incapableStatus(capability);
  if (facts.parent === undefined && !facts.anySource) return listening(facts);
  return waiting(facts) ?? following(facts);
}

function listening({ domain, unqualified }: ReceiverFacts): PortStatus {
  const heard =
    unqualified === 0 ? '' : ` ${unqualified} sender${unqualified === 1 ? '' : 's'} heard, none qualified yet.`;
  return {
    state: 'listening',
    topic: `announce ${unqualified > 0}`,
    reason: `Listens for Announces in domain ${domain}.${heard}`,
  };
}

function waiting(facts: ReceiverFacts): PortStatus | undefined {
  const state = 'uncalibrated';
  const master = masterOf(facts);
  const { syncFault } = facts;
  if (syncFault !== '' && (!facts.syncSeen || facts.syncMissingNs !== undefined)) {
    const reason = `The Syncs of ${master} cannot be used: ${syncFault}.`;
    return { state, topic: `sync ${master} ${syncFault}`, reason };
  }
  if (!facts.syncSeen && facts.syncMissingNs === undefined) {
    return { state, topic: `sync ${master}`, reason: `Waits for the first Sync of ${master}.` };
  }
  if (facts.syncMissingNs !== undefined) {
    const held = facts.holds ? ': the last rate and phase are held' : '';
    const reason = `No Sync of ${master} for ${formatDuration(facts.syncMissingNs)}${held}.`;
    return { state, topic: `silent ${master}`, reason };
  }
  if (facts.delayKnown) return undefined;
  if (facts.capability !== undefined) {
    const { reason } = facts.capability;
    return { state, topic: `delay ${topicOf(reason)}`, reason: sentence(`Hears ${master}, but ${reason}`) };
  }
  const fault = delayFaultOf(facts);
  if (fault === '') return { state, topic: 'delay', reason: `Hears ${master}, the delay is not measured yet.` };
  return { state, topic: `delay ${topicOf(fault)}`, reason: sentence(`Hears ${master}, but ${fault}`) };
}

/** Consecutive unanswered Delay_Req from which they are reported. */
const MANY = 3;

function delayFaultOf({ delayFault, unanswered, transport }: ReceiverFacts): string {
  if (delayFault !== '') return delayFault;
  if (unanswered < MANY) return '';
  const filter = transport === 'l2' ? '' : 'UDP ports 319 and 320 are open and ';
  return `${unanswered} Delay_Req in a row have had no answer: check that ${filter}the other side does not use delay = "p2p"`;
}

function following(facts: ReceiverFacts): PortStatus {
  const { parent, runnerUp } = facts;
  const master = masterOf(facts);
  const why =
    parent === undefined
      ? 'a fixed role, there is no election'
      : runnerUp === undefined
        ? 'no other timeTransmitter is qualified'
        : explainComparison(parent.dataSet, runnerUp.dataSet);
  return { state: 'slave', topic: `follows ${master} ${why}`, reason: `Follows ${master}: ${why}.` };
}

const masterOf = ({ parent }: ReceiverFacts): string =>
  parent === undefined ? 'the timeTransmitter of this link' : formatPortIdentity(parent.dataSet.sender);
