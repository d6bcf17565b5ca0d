import { type DataSet, MESSAGES, type PortIdentity } from 'timehub/protocol/ptp';
import type { MessageCounts } from '../port/message-counts.js';

export interface ServiceFacts {
  /** Of the port, either role. */
  readonly counters: Readonly<Record<string, number>>;
  /** Times that a port became MASTER after PRE_MASTER. */
  readonly qualificationTimeouts: number;
}

/** How often each timer of the port has come to its end (PORT_SERVICE_STATS_NP). */
export function serviceStats(
  port: PortIdentity,
  { sent }: MessageCounts,
  { counters, qualificationTimeouts }: ServiceFacts,
): DataSet<'port-service-stats-np'> {
  const count = (name: string): bigint => BigInt(counters[name] ?? 0);
  // Each time that this timer ends, one request is sent.
  const requests = (['delay-req', 'pdelay-req'] as const).map((kind) => BigInt(sent[MESSAGES[kind].type] ?? 0));
  return {
    port,
    announceTimeouts: count('announceTimeouts') + count('listeningTimeouts'),
    syncTimeouts: count('syncTimeouts'),
    delayTimeouts: requests.reduce((sum, each) => sum + each, 0n),
    unicastServiceTimeouts: count('unicastServices'),
    unicastRequestTimeouts: count('unicastRequests'),
    masterAnnounceTimeouts: count('announcesDue'),
    masterSyncTimeouts: count('syncsDue'),
    qualificationTimeouts: BigInt(qualificationTimeouts),
    syncMismatches: count('syncMismatches'),
    followUpMismatches: count('followUpMismatches'),
  };
}
