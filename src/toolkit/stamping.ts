import * as v from 'valibot';
import type { Context } from '../api/context.js';
import { type ErrorCode, HubError } from '../api/error.js';
import type { NetworkInterface } from '../api/interface.js';
import { described, oneOf } from '../api/schema.js';
import type { StampOptions } from '../api/stamp-options.js';
import type { ClockId, Ns, StampClass } from '../api/time.js';

/** `auto`: the network card, else the kernel. `hardware`: the card, or fail. `software`: the kernel. */
export type StampChoice = 'auto' | 'hardware' | 'software';

/** Packets that a card must stamp on receipt. */
export type StampedPackets = 'PTP messages' | 'all packets';

/** The configuration key `stamps`. */
export const stampChoice = (packets: StampedPackets = 'PTP messages') =>
  described(
    v.optional(oneOf(['auto', 'hardware', 'software']), 'auto'),
    `auto: hardware stamps if the card of \`interface\` stamps ${packets} and its clock is one of the hub's, else kernel stamps. hardware: hardware stamps or failure. software: kernel stamps.`,
  );

/** Standard deviation of a stamp, ns, that no averaging removes: the time between the event and the reading of the clock. */
export const STAMP_NOISE_NS: Readonly<Record<StampClass, Ns>> = { hardware: 20, kernel: 1e3, user: 50e3 };

export interface StampingWish {
  readonly stamps: StampChoice;
  /** A virtual clock (`ptp2`) that stamps instead of the interface's own. */
  readonly clock?: string | undefined;
  /** Default: PTP messages. */
  readonly packets?: StampedPackets;
}

/** Stamp options of the sockets of a client or server. */
export interface Stamping extends StampOptions {
  /** Send and receive over this one alone. */
  readonly interface?: string;
}

/**
 * Returns the stamp options for sockets over the interface `name`, or over all. Throws `TH_NET_INTERFACE`, and the error code
 * `code` as `stampingClock` does.
 */
export function stampingOf(
  context: Pick<Context, 'network' | 'openClock'>,
  wish: StampingWish,
  name: string | undefined,
  code: ErrorCode,
): Stamping {
  const port = name === undefined ? undefined : context.network.interface(name);
  const clock = stampingClock(context, wish, port, code);
  return { ...(port && { interface: port.name }), transmitStamps: true, hardwareStamps: clock !== undefined };
}

/**
 * Opens the hardware clock that stamps packets on a network interface, so that the hub knows it. Returns its id, or
 * undefined where the kernel stamps. Throws the error code `code` if the wish is `hardware` and the card cannot stamp.
 */
export function stampingClock(
  context: Pick<Context, 'network' | 'openClock'>,
  { stamps, clock, packets = 'PTP messages' }: StampingWish,
  port: NetworkInterface | undefined,
  code: ErrorCode,
): ClockId | undefined {
  if (stamps === 'software') return undefined;
  try {
    const obstacle = obstacleTo(port, packets);
    // A card that was plugged in a moment ago may name its clock late.
    const isOver = () => port !== undefined && obstacleTo(context.network.interface(port.name), packets) === '';
    if (obstacle !== '') throw new HubError(code, obstacle, { isOver });
    return context.openClock(clock === undefined ? port!.phc!.clock : `phc:${clock}`).id;
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    if (stamps === 'auto') return undefined;
    const who = port === undefined ? '' : `${port.name} `;
    throw new HubError(code, `${who}cannot stamp in hardware: ${error.message}`, {
      ...(error.isOver && { isOver: error.isOver }),
      hint: `name an interface whose card stamps ${packets} (ethtool -T), or set stamps = "software"`,
    });
  }
}

/** Returns why the card cannot stamp these packets, or ''. */
function obstacleTo(port: NetworkInterface | undefined, packets: StampedPackets): string {
  if (port === undefined) return 'no interface is named';
  const { phc, stamps } = port;
  if (phc === undefined) return 'it has no clock';
  if (!stamps.hardwareTransmit) return 'it has no transmit stamps';
  const suits = (filter: string) => filter === 'all' || (packets === 'PTP messages' && filter.startsWith('ptpv2'));
  if (!stamps.hardwareReceive.some(suits)) return `it has no receive stamps of ${packets}`;
  return '';
}
