import type { LabHost } from '../host.js';
import { GpsdFeed, type ReceiverOptions } from './gpsd-feed.js';

/** A timing receiver with an open view of the sky. */
export const RECEIVER: ReceiverOptions = {
  device: '/dev/ttyACM0',
  offsetNs: 0,
  jitterNs: 0,
  serialDelayNs: 150e6,
  serialJitterNs: 0,
  satellites: 9,
  leapSeconds: 18,
  pps: true,
};

/** gpsd on a simulated host, port 2947. */
export interface GpsdNode {
  /** The receiver. `start` makes a new one. */
  readonly feed: GpsdFeed;
  /** Ends gpsd and all its connections. */
  stop(): void;
  start(): void;
}

export function addGpsd(host: LabHost, options: Partial<ReceiverOptions> = {}, at = host.network): GpsdNode {
  const world = {
    after: (delayNs: number, handler: () => void) => host.after(delayNs, handler),
    now: () => ({ truth: host.trueTime(), clock: host.clocks[0].read().time }),
  };
  const random = host.stream('gpsd');
  const open = () => {
    const feed = new GpsdFeed({ ...RECEIVER, ...options }, world, random);
    return { feed, listener: at.listen(2947, (connection) => feed.accept(connection)) };
  };
  let gpsd = open();
  return {
    get feed() {
      return gpsd.feed;
    },
    stop() {
      gpsd.listener.close();
      gpsd.feed.close();
    },
    start() {
      gpsd = open();
    },
  };
}
