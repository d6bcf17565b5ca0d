import type { Ns } from '../../../../api/time.js';
import { formatDuration } from '../../../../api/units.js';
import { explainComparison } from '../../bmca/data-set-comparison.js';
import type { ForeignMaster } from '../../bmca/foreign-masters.js';
import { formatPortIdentity } from '../../identity.js';
import type { PtpTransport } from '../../profile/profile.js';
import type { PortState } from '../action.js';
import type { Capability } from '../neighbour/capability.js';
import { ended, topicOf } from '../sentence.js';

export interface PortStatus {
  readonly state: PortState;
  /** What the reason is about: a new figure in the same sentence is no news. */
  readonly topic: string;
  /** One sentence. */
  readonly reason: string;
}

/** Before anything is known of the link. */
export const NOT_STARTED: PortStatus = { state: 'initializing', topic: '', reason: 'Has not started.' };
const LINK_DOWN: PortStatus = { state: 'faulty', topic: 'link', reason: 'The link is down.' };

/** What the link alone says: undefined when it is up. `linkUp`: undefined before the start. */
export const linkStatus = (linkUp: boolean | undefined): PortStatus | undefined =>
  linkUp === undefined ? NOT_STARTED : linkUp ? undefined : LINK_DOWN;

export interface ReceiverFacts {
  readonly linkUp: boolean | undefined;
  readonly domain: number;
  readonly anySource: boolean;
  readonly parent: ForeignMaster | undefined;
  readonly runnerUp: ForeignMaster | undefined;
  /** Senders of Announces that do not qualify yet. */
  readonly unqualified: number;
  /** With peer delay only. */
  readonly capability: Capability | undefined;
  /** Announces that count are only taken from such a neighbour. */
  readonly isFit: boolean;
  readonly syncSeen: boolean;
  /** How long Syncs have been missing, where they are. */
  readonly syncMissingNs: Ns | undefined;
  /** A clause that says why Syncs that arrive cannot be used, and one that says why Delay_Req measure nothing. */
  readonly syncFault: string;
  readonly delayFault: string;
  readonly holds: boolean;
  readonly delayKnown: boolean;
  readonly unanswered: number;
  readonly transport: PtpTransport;
}

/** The state of a port that only follows (IEEE 1588-2019 figure 31), and why. */
export function receiverStatus(facts: ReceiverFacts): PortStatus {
  const barred = linkStatus(facts.linkUp);
  if (barred !== undefined) return barred;
  const { capability } = facts;
  if (capability !== undefined && !facts.isFit) return unfitStatus(capability);
  if (facts.parent === undefined && !facts.anySource) return listening(facts);
  return waiting(facts) ?? following(facts);
}

/** asCapable is a word of 802.1AS; a port of 1588 is FAULTY (§11.4.3). */
export function unfitStatus({ reason, fault }: Capability): PortStatus {
  const topic = `capable ${topicOf(reason)}`;
  return fault === true
    ? { state: 'faulty', topic, reason: ended(`Faulty: ${reason}`) }
    : { state: 'listening', topic, reason: ended(`Not asCapable: ${reason}`) };
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
    return { state, topic: `delay ${topicOf(reason)}`, reason: ended(`Hears ${master}, but ${reason}`) };
  }
  const fault = delayFaultOf(facts);
  if (fault === '') return { state, topic: 'delay', reason: `Hears ${master}, the delay is not measured yet.` };
  return { state, topic: `delay ${topicOf(fault)}`, reason: ended(`Hears ${master}, but ${fault}`) };
}

/** Unanswered Delay_Req that are more than chance. */
const MANY = 3;

function delayFaultOf({ delayFault, unanswered, transport }: ReceiverFacts): string {
  if (delayFault !== '') return delayFault;
  if (unanswered < MANY) return '';
  const filter = transport === 'l2' ? '' : 'UDP ports 319 and 320 are open and ';
  return `${unanswered} Delay_Req in a row have had no answer: check that ${filter}the other side does not measure by peer delay (delay = "p2p")`;
}

function following(facts: ReceiverFacts): PortStatus {
  const { parent, runnerUp } = facts;
  const master = masterOf(facts);
  const why =
    parent === undefined
      ? 'a fixed role, there is no election'
      : runnerUp === undefined
        ? 'nobody else is qualified'
        : explainComparison(parent.dataSet, runnerUp.dataSet);
  return { state: 'slave', topic: `follows ${master} ${why}`, reason: `Follows ${master}: ${why}.` };
}

const masterOf = ({ parent }: ReceiverFacts): string =>
  parent === undefined ? 'the timeTransmitter of this link' : formatPortIdentity(parent.dataSet.sender);
