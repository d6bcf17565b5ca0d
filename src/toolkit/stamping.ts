import { type Context, HubError, type Ns, type StampClass, type StampOptions } from 'timehub/api';

/** Who stamps: the network card where it can, the card or nobody, the kernel. */
export type StampChoice = 'auto' | 'hardware' | 'software';

export interface Stamping extends StampOptions {
  /** Send and receive over this one alone. */
  readonly interface?: string;
}

/** What no averaging removes: the spread of stamps between the event and its reading, one standard deviation. */
export const STAMP_NOISE_NS: Readonly<Record<StampClass, Ns>> = { hardware: 20, kernel: 1e3, user: 50e3 };

/** How the sockets are to be stamped. Throws `TH_NET_INTERFACE`, and `TH_CSPTP_STAMPS` when the card must and cannot. */
export function stampingOf(context: Context, choice: StampChoice, name: string | undefined): Stamping {
  const own = name === undefined ? {} : { interface: name };
  const obstacle = choice === 'software' ? 'not wanted' : obstacleTo(context, name);
  if (choice === 'hardware' && obstacle !== '') {
    throw new HubError('TH_CSPTP_STAMPS', `cannot stamp in hardware: ${obstacle}`, {
      isOver: () => name !== undefined && context.network.interface(name).phc !== undefined,
      hint: 'name an interface whose card stamps PTP (ethtool -T), or say stamps = "software"',
    });
  }
  return { ...own, transmitStamps: true, hardwareStamps: obstacle === '' };
}

function obstacleTo(context: Context, name: string | undefined): string {
  if (name === undefined) return 'no interface is named';
  const { phc, stamps } = context.network.interface(name);
  if (phc === undefined) return `${name} has no clock`;
  if (!stamps.hardwareTransmit) return `${name} stamps nothing that it sends`;
  if (!stamps.hardwareReceive.some((filter) => filter === 'all' || filter.startsWith('ptpv2'))) {
    return `${name} stamps no PTP message that it receives`;
  }
  try {
    context.openClock(phc.clock);
    return '';
  } catch (error) {
    if (error instanceof HubError) return error.message;
    throw error;
  }
}
