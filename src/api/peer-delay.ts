import type { EthernetOptions } from './ethernet.js';

import type { Ns } from './time.js';
import type { UdpOptions } from './udp.js';

/** How a port answers the peer delay requests of its neighbour (IEEE 1588-2019 §11.4.2). */
export interface PdelayResponderOptions {
  /** Where requests come in and answers go out. `address`: the group, so that nobody else's datagrams are taken. */
  readonly socket:
    | ({ readonly over: 'ethernet' } & EthernetOptions)
    | ({ readonly over: 'udp'; readonly address: string; readonly interface: string } & Omit<
        UdpOptions,
        'peer' | 'family'
      >);
  /** The address that answers go to. */
  readonly group: string;
  /**
   * Pdelay_Resp and Pdelay_Resp_Follow_Up but for sequenceId, timestamp and requestingPortIdentity. Requests of the same
   * sdoId and domain are answered, but not those with unicastFlag.
   */
  readonly response: Uint8Array;
  readonly followUp: Uint8Array;
  /** From the wire to the receive stamp, and from the transmit stamp to the wire; below a second. */
  readonly ingressNs: Ns;
  readonly egressNs: Ns;
}

/** Since it was opened. */
export interface PdelayCounts {
  readonly requests: number;
  readonly responses: number;
  readonly followUps: number;
  /** Requests and responses for which no stamp came. */
  readonly unstamped: number;
  readonly unsent: number;
  /** Complete answers that took longer than the 10 ms of IEEE 802.1AS-2020 §B.2.3. */
  readonly late: number;
  /** From the request's arrival to the sending of the Follow_Up: of the last one, and the longest. */
  readonly latestNs: Ns;
  readonly longestNs: Ns;
  /** The operating system lets it go before all other work. */
  readonly realTime: boolean;
}

/** Answers while the event loop does something else. Closed with the instance that opened it. */
export interface PdelayResponder {
  counts(): PdelayCounts;
  close(): void;
}
