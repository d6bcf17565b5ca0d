import type { Ns } from '../../api/index.js';
import type { Random } from '../random.js';

export type Shape = 'exp' | 'norm' | 'none';

/** One direction of a path. Its fields may be changed while it is in use: a route change is a new base. */
export interface Link {
  baseNs: Ns;
  /** `exp`: the mean of what comes on top of the base. `norm`: the standard deviation around it. */
  jitterNs: Ns;
  shape: Shape;
  /** Share of datagrams that never arrive, 0..1. */
  loss: number;
  /** Now and then a datagram stands in a long queue. */
  spike?: { readonly probability: number; readonly meanNs: Ns } | undefined;
}

export const wire = (changes: Partial<Link> = {}): Link => ({
  baseNs: 0,
  jitterNs: 0,
  shape: 'none',
  loss: 0,
  ...changes,
});

/** One crossing: its delay, or undefined when the datagram is lost. */
export function cross(link: Link, random: Random): Ns | undefined {
  if (link.loss > 0 && random.uniform() < link.loss) return undefined;
  const spike =
    link.spike !== undefined && random.uniform() < link.spike.probability
      ? link.spike.meanNs * random.exponential()
      : 0;
  return Math.max(0, link.baseNs + jitter(link, random) + spike);
}

const jitter = ({ shape, jitterNs }: Link, random: Random): Ns =>
  shape === 'none' ? 0 : jitterNs * (shape === 'exp' ? random.exponential() : random.normal());
