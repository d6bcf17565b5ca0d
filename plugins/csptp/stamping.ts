import type { Context, StampOptions } from 'timehub/api';
import { type StampChoice, stampingClock } from 'timehub/toolkit';

/** Stamp options of the sockets of a client or server. */
export interface Stamping extends StampOptions {
  /** Send and receive over this one alone. */
  readonly interface?: string;
}

/**
 * Returns the stamp options for sockets over the interface `name`, or over all. Throws `TH_NET_INTERFACE`, `TH_CSPTP_STAMPS`.
 */
export function stampingOf(context: Context, stamps: StampChoice, name: string | undefined): Stamping {
  const port = name === undefined ? undefined : context.network.interface(name);
  const clock = stampingClock(context, { stamps }, port, 'TH_CSPTP_STAMPS');
  return { ...(port && { interface: port.name }), transmitStamps: true, hardwareStamps: clock !== undefined };
}
