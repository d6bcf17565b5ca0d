import { type Context, HubError, type NetworkInterface, type Ns, type StampClass } from 'timehub/api';

export type StampChoice = 'auto' | 'hardware' | 'software';

/** What no averaging removes of a stamp, one standard deviation. */
const NOISE_NS = { hardware: 8, kernel: 500, user: 1e6 } as const;

/** By class; where the kernel stamps, that is the best there is. */
export const stampNoise = (isHardware: boolean): Readonly<Record<StampClass, Ns>> =>
  isHardware ? NOISE_NS : { ...NOISE_NS, hardware: NOISE_NS.kernel };

/** Whether the interface's clock stamps. Throws `TH_PTP_STAMPS` when it must and cannot. */
export function choosesHardware(context: Context, choice: StampChoice, port: NetworkInterface): boolean {
  if (choice === 'software') return false;
  const obstacle = obstacleTo(context, port);
  if (obstacle === '') return true;
  if (choice === 'auto') return false;
  throw new HubError('TH_PTP_STAMPS', `${port.name} cannot stamp in hardware: ${obstacle}`, {
    hint: 'stamps = "software" works on every interface',
  });
}

function obstacleTo(context: Context, { name, phc, stamps }: NetworkInterface): string {
  if (phc === undefined) return 'it has no clock';
  if (!stamps.hardwareTransmit) return 'it stamps nothing that it sends';
  if (!stamps.hardwareReceive.some((filter) => filter === 'all' || filter.startsWith('ptpv2'))) {
    return 'it stamps no PTP message that it receives';
  }
  try {
    context.read(phc.clock);
    return '';
  } catch {
    return `the hub does not know the clock ${phc.clock} of ${name}`;
  }
}
