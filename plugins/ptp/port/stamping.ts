import type { Ns, StampClass } from 'timehub/api';

/** Standard deviation of a stamp, ns, that no averaging removes. */
const NOISE_NS = { hardware: 8, kernel: 500, user: 1e6 } as const;

/** Returns the noise by class of stamp; where the kernel stamps, no stamp is better than the kernel's. */
export const stampNoise = (isHardware: boolean): Readonly<Record<StampClass, Ns>> =>
  isHardware ? NOISE_NS : { ...NOISE_NS, hardware: NOISE_NS.kernel };
