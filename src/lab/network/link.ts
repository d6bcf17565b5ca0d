import type { Ns } from '../../api/index.js';
import type { Random } from '../random.js';

export type Shape = 'exp' | 'norm' | 'none';

/** One direction of a path. Its fields may change during a run: a route change is a new base. */
export interface Link {
  baseNs: Ns;
  /** `exp`: the mean of the delay beyond the base. `norm`: the standard deviation around the base. */
  jitterNs: Ns;
  shape: Shape;
  /** Share of lost datagrams, 0..1. */
  loss: number;
  /** Additional delay of a few datagrams, as in a long queue. */
  spike?: { readonly probability: number; readonly meanNs: Ns } | undefined;
}

export const wire = (changes: Partial<Link> = {}): Link => ({
  baseNs: 0,
  jitterNs: 0,
  shape: 'none',
  loss: 0,
  ...changes,
});

/** Returns the delay of one datagram, or undefined when it is lost. */
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
