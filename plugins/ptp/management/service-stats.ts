import { type DataSet, MESSAGES, type PortIdentity } from 'timehub/protocol/ptp';
import type { MessageCounts } from '../port/message-counts.js';

export interface ServiceFacts {
  /** Counters of the port. */
  readonly counters: Readonly<Record<string, number>>;
  /** Number of changes from PRE_MASTER to MASTER. */
  readonly qualificationTimeouts: number;
}

/** Returns how often each timer of the port has expired (PORT_SERVICE_STATS_NP). */
export function serviceStats(
  port: PortIdentity,
  { sent }: MessageCounts,
  { counters, qualificationTimeouts }: ServiceFacts,
): DataSet<'port-service-stats-np'> {
  const count = (name: string): bigint => BigInt(counters[name] ?? 0);
  // One request is sent each time that the delay timer expires.
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
