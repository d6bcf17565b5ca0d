import type { ReceiverView } from 'timehub/protocol/ptp';

/** What `timehub show` tells of the other end of a link, with peer delay. */
export const linkView = ({
  asCapable,
  link,
  neighbourRatePpb,
}: Pick<ReceiverView, Shown>): Record<string, unknown> => ({
  ...(asCapable === undefined ? {} : { asCapable }),
  ...(link === undefined ? {} : { neighbourDelay: { ns: link.delayNs, noiseNs: link.noiseNs, is: link.origin } }),
  ...(neighbourRatePpb === undefined ? {} : { neighbourRatePpb }),
});

type Shown = 'asCapable' | 'link' | 'neighbourRatePpb';
