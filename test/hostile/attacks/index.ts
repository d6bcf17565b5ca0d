import type { Attack } from '../attack.js';
import { churn } from './churn.js';
import { controlSocket } from './control-socket.js';
import { eventStreams } from './event-streams.js';
import { csptpRequests, ntpFlood, ntpFloodOfOne, ptpAnnounces, ptpGrants, ptpManagement } from './floods.js';
import { gpsd } from './gpsd.js';
import { pipelining } from './pipelining.js';
import { slowReaders } from './slow-readers.js';
import { slowWriters } from './slow-writers.js';

/** Attacks on the dashboard's port and the control socket. */
export const HTTP_ATTACKS: readonly Attack[] = [
  pipelining(1),
  pipelining(16),
  slowReaders,
  slowWriters,
  eventStreams,
  churn,
  controlSocket,
];

/** Attacks on the time servers' ports. */
export const DATAGRAM_ATTACKS: readonly Attack[] = [
  ntpFlood,
  ntpFloodOfOne,
  ptpGrants,
  ptpAnnounces,
  ptpManagement,
  csptpRequests,
];

/** An attack by a server that the hub asks. */
export const PEER_ATTACKS: readonly Attack[] = [gpsd];

export const ATTACKS: readonly Attack[] = [...HTTP_ATTACKS, ...DATAGRAM_ATTACKS, ...PEER_ATTACKS];
