import type { EthernetOptions } from './ethernet.js';

import type { Ns } from './time.js';
import type { UdpOptions } from './udp.js';

/** Options of answering the peer delay requests of the neighbour (IEEE 1588-2019 §11.4.2). */
export interface PdelayResponderOptions {
  /** Socket of requests and answers. `address`: the group, so that no other datagrams are received. */
  readonly socket:
    | ({ readonly over: 'ethernet' } & EthernetOptions)
    | ({ readonly over: 'udp'; readonly address: string; readonly interface: string } & Omit<
        UdpOptions,
        'peer' | 'family'
      >);
  /** Destination address of the answers. */
  readonly group: string;
  /**
   * Templates of Pdelay_Resp and Pdelay_Resp_Follow_Up; sequenceId, timestamp and requestingPortIdentity are filled in.
   * Requests of the same sdoId and domain are answered, except those with unicastFlag.
   */
  readonly response: Uint8Array;
  readonly followUp: Uint8Array;
  /** Latencies from the wire to the receive stamp, and from the transmit stamp to the wire; below 1 s. */
  readonly ingressNs: Ns;
  readonly egressNs: Ns;
}

/** Counts since the responder was opened. */
export interface PdelayCounts {
  readonly requests: number;
  readonly responses: number;
  readonly followUps: number;
  /** Requests and responses without a stamp. */
  readonly unstamped: number;
  readonly unsent: number;
  /** Complete answers after more than the 10 ms of IEEE 802.1AS-2020 §B.2.3. */
  readonly late: number;
  /** Time from the arrival of a request to the sending of its Follow_Up: the last one, and the longest. */
  readonly latestNs: Ns;
  readonly longestNs: Ns;
  /** The thread has real-time priority. */
  readonly realTime: boolean;
}

/** Answers peer delay requests in a thread of its own. It is closed with the instance that opened it. */
export interface PdelayResponder {
  counts(): PdelayCounts;
  close(): void;
}
