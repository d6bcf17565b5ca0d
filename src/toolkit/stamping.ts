import * as v from 'valibot';
import type { Context } from '../api/context.js';
import { type ErrorCode, HubError } from '../api/error.js';
import type { NetworkInterface } from '../api/interface.js';
import { described, oneOf } from '../api/schema.js';
import type { ClockId, Ns, StampClass } from '../api/time.js';

/** `auto`: the network card, else the kernel. `hardware`: the card, or fail. `software`: the kernel. */
export type StampChoice = 'auto' | 'hardware' | 'software';

/** The configuration key `stamps`. */
export const stampChoice = () =>
  described(
    v.optional(oneOf(['auto', 'hardware', 'software']), 'auto'),
    "auto: hardware stamps if the card of `interface` stamps PTP messages and its clock is one of the hub's, else kernel stamps. hardware: hardware stamps or failure. software: kernel stamps.",
  );

/** Standard deviation of a stamp, ns, that no averaging removes: the time between the event and the reading of the clock. */
export const STAMP_NOISE_NS: Readonly<Record<StampClass, Ns>> = { hardware: 20, kernel: 1e3, user: 50e3 };

export interface StampingWish {
  readonly stamps: StampChoice;
  /** A virtual clock (`ptp2`) that stamps instead of the interface's own. */
  readonly clock?: string | undefined;
}

/**
 * Opens the hardware clock that stamps PTP messages on a network interface, so that the hub knows it. Returns its id, or
 * undefined where the kernel stamps. Throws the error code `code` if the wish is `hardware` and the card cannot stamp.
 */
export function stampingClock(
  context: Pick<Context, 'network' | 'openClock'>,
  { stamps, clock }: StampingWish,
  port: NetworkInterface | undefined,
  code: ErrorCode,
): ClockId | undefined {
  if (stamps === 'software') return undefined;
  try {
    const obstacle = obstacleTo(port);
    // A card that was plugged in a moment ago may name its clock late.
    const isOver = () => port !== undefined && obstacleTo(context.network.interface(port.name)) === '';
    if (obstacle !== '') throw new HubError(code, obstacle, { isOver });
    return context.openClock(clock === undefined ? port!.phc!.clock : `phc:${clock}`).id;
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    if (stamps === 'auto') return undefined;
    const who = port === undefined ? '' : `${port.name} `;
    throw new HubError(code, `${who}cannot stamp in hardware: ${error.message}`, {
      ...(error.isOver && { isOver: error.isOver }),
      hint: 'name an interface whose card stamps PTP (ethtool -T), or set stamps = "software"',
    });
  }
}

/** Returns why the card cannot stamp PTP messages, or ''. */
function obstacleTo(port: NetworkInterface | undefined): string {
  if (port === undefined) return 'no interface is named';
  const { phc, stamps } = port;
  if (phc === undefined) return 'it has no clock';
  if (!stamps.hardwareTransmit) return 'it has no transmit stamps';
  if (!stamps.hardwareReceive.some((filter) => filter === 'all' || filter.startsWith('ptpv2'))) {
    return 'it has no receive stamps of PTP messages';
  }
  return '';
}
