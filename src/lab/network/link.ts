import type { Ns } from '../../api/index.js';
import type { Random } from '../random.js';
import type { BurstLoss } from './burst-loss.js';
import type { MovingFloor } from './moving-floor.js';

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
  /** Delays beyond the base that replace `shape` and `jitterNs`. */
  delays?: LinkDelays | undefined;
  /** A slow change of the base. */
  floor?: MovingFloor | undefined;
  /** Losses in bursts, beside `loss`. */
  bursts?: BurstLoss | undefined;
}

/** A recorded or composed sequence of delays. */
export interface LinkDelays {
  /** Returns the delay of the next datagram beyond the base. */
  next(random: Random): Ns;
}

export const wire = (changes: Partial<Link> = {}): Link => ({
  baseNs: 0,
  jitterNs: 0,
  shape: 'none',
  loss: 0,
  ...changes,
});

/**
 * Returns the delay of one datagram, or undefined when it is lost. `nowNs`: true time since the start, which only a moving
 * floor and bursts need.
 */
export function cross(link: Link, random: Random, nowNs: Ns = 0): Ns | undefined {
  if (link.loss > 0 && random.uniform() < link.loss) return undefined;
  if (link.bursts?.loses(nowNs)) return undefined;
  const spike =
    link.spike !== undefined && random.uniform() < link.spike.probability
      ? link.spike.meanNs * random.exponential()
      : 0;
  const beyond = link.delays === undefined ? jitter(link, random) : link.delays.next(random);
  const floor = link.floor === undefined ? 0 : link.floor.at(nowNs);
  return Math.max(0, link.baseNs + floor + beyond + spike);
}

const jitter = ({ shape, jitterNs }: Link, random: Random): Ns =>
  shape === 'none' ? 0 : jitterNs * (shape === 'exp' ? random.exponential() : random.normal());
