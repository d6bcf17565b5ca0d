import { type ClockId, type Context, HubError, type NetworkInterface, type Ns, type StampClass } from 'timehub/api';

export type StampChoice = 'auto' | 'hardware' | 'software';

/** What no averaging removes of a stamp, one standard deviation. */
const NOISE_NS = { hardware: 8, kernel: 500, user: 1e6 } as const;

/** By class; where the kernel stamps, that is the best there is. */
export const stampNoise = (isHardware: boolean): Readonly<Record<StampClass, Ns>> =>
  isHardware ? NOISE_NS : { ...NOISE_NS, hardware: NOISE_NS.kernel };

export interface StampingOptions {
  readonly stamps: StampChoice;
  /** A virtual clock of the interface, to stamp by instead of its own. */
  readonly clock?: string | undefined;
}

/**
 * The clock that stamps, known to the hub from now on; undefined where the kernel does. Throws `TH_PTP_STAMPS` when there
 * must be one and is none.
 */
export function stampingClock(context: Context, wish: StampingOptions, port: NetworkInterface): ClockId | undefined {
  const { stamps: choice, clock } = wish;
  if (choice === 'software') return undefined;
  const obstacle = obstacleTo(port);
  const found = obstacle === '' ? open(context, clock === undefined ? port.phc!.clock : `phc:${clock}`) : obstacle;
  if (typeof found === 'object' && 'id' in found) return found.id;
  if (choice === 'auto') return undefined;
  const { message, isOver } = typeof found === 'object' ? found : later(context, port.name, obstacle);
  throw new HubError('TH_PTP_STAMPS', `${port.name} cannot stamp in hardware: ${message}`, {
    isOver,
    hint: 'stamps = "software" works on every interface',
  });
}

function obstacleTo({ phc, stamps }: NetworkInterface): string {
  if (phc === undefined) return 'it has no clock';
  if (!stamps.hardwareTransmit) return 'it stamps nothing that it sends';
  if (!stamps.hardwareReceive.some((filter) => filter === 'all' || filter.startsWith('ptpv2'))) {
    return 'it stamps no PTP message that it receives';
  }
  return '';
}

/** A card that was plugged in a moment ago may name its clock late. */
const later = ({ network }: Context, name: string, message: string) => ({
  message,
  isOver: () => obstacleTo(network.interface(name)) === '',
});

/** The clock, or why it cannot be had. */
function open(context: Context, clock: ClockId): { readonly id: ClockId } | HubError {
  try {
    return context.openClock(clock);
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
}
