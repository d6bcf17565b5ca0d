import type { Ns } from '../../api/index.js';
import type { Scenario, ServerSetting } from '../scenario/schema.js';
import type { Lie } from './lies.js';

/** A lie counts as seen when it exceeds this many standard deviations. */
const SIGMAS = 5;
/** Resolution of the answer, s. */
const STEP_S = 1;
/** Exchanges of a server from which its rate can be estimated: one in each third of the time. */
const FOR_A_RATE = 3;

/**
 * Returns the seconds from the beginning of a lie until an ideal detector tells the liar from the right servers; undefined if
 * it cannot within the world.
 *
 * The detector knows the paths, the jitters and the clock's wander, and that fewer than half of the servers are wrong. A right server
 * contradicts the liar when one of these holds for the data since the lie began:
 *
 * - Interval: the liar's offset is farther away than both paths' round trips and asymmetries allow.
 * - Rate: the drift is 5 standard deviations of the difference of both slopes.
 * - Step (if the lie began after the start): the step is 5 standard deviations of the difference of both offsets.
 *
 * The liar is found when more servers contradict it than can be wrong beside it.
 */
export function idealDetectionS(scenario: Scenario, lie: Lie): number | undefined {
  const liar = scenario.server.find(({ name }) => name === lie.source)!;
  const others = scenario.server.filter((server) => server !== liar && server.offset === 0 && server.drift === 0);
  const wander = scenario.clock.wander;
  const endS = scenario.duration / 1e9 - lie.sinceS;
  for (let spanS = STEP_S; spanS <= endS; spanS += STEP_S) {
    const untilS = lie.sinceS + spanS;
    const living = scenario.server.filter((server) => diesAtS(server) > untilS).length;
    const needed = Math.floor((Math.max(living, 1) - 1) / 2) + 1;
    const against = others.filter((other) =>
      contradicts(lie, view(liar, lie, spanS, wander), view(other, lie, spanS, wander)),
    );
    if (against.length >= needed) return spanS;
  }
  return undefined;
}

/** The detector's data of one server since the lie began. */
interface View {
  readonly exchanges: number;
  readonly spanS: number;
  /** Standard deviation of the best estimate of its offset from `count` exchanges. */
  readonly offsetSigma: (count: number) => Ns;
  readonly halfRoundTripNs: Ns;
  /** Half of the difference of the directions: the offset that it causes. */
  readonly asymmetryNs: Ns;
}

function view(server: ServerSetting, { sinceS }: Lie, spanS: number, wander: number): View {
  const down = server.down ?? server.up;
  const pollS = (server.poll ?? server['poll-max'] ?? 64e9) / 1e9;
  const intervalS = pollS / (1 - Math.min(server.loss, 0.99)) ** 2;
  const heardS = Math.max(0, Math.min(spanS, diesAtS(server) - sinceS));
  const between = clockBetweenNs(intervalS, wander);
  return {
    exchanges: Math.floor(heardS / intervalS),
    spanS: heardS,
    offsetSigma: (count) =>
      Math.sqrt((floorVariance(server.up, count) + floorVariance(down, count)) / 4 + between ** 2 / count),
    halfRoundTripNs: (server.up.baseNs + down.baseNs) / 2,
    asymmetryNs: (server.up.baseNs - down.baseNs) / 2,
  };
}

function contradicts(lie: Lie, liar: View, other: View): boolean {
  if (liar.exchanges === 0 || other.exchanges === 0) return false;
  const offset = lie.offsetNs + lie.driftPpb * liar.spanS;
  const apart = Math.abs(offset + liar.asymmetryNs - other.asymmetryNs);
  const intervalNoise = SIGMAS * Math.hypot(liar.offsetSigma(liar.exchanges), other.offsetSigma(other.exchanges));
  if (apart > liar.halfRoundTripNs + other.halfRoundTripNs + intervalNoise) return true;
  if (lie.sinceS > 0 && Math.abs(lie.offsetNs) > intervalNoise) return true;
  if (liar.exchanges < FOR_A_RATE || other.exchanges < FOR_A_RATE) return false;
  return Math.abs(lie.driftPpb) > SIGMAS * Math.hypot(rateSigmaPpb(liar), rateSigmaPpb(other));
}

/** Returns the deviation of the slope between the first and the last third, ppb. */
function rateSigmaPpb({ exchanges, spanS, offsetSigma }: View): number {
  return (Math.SQRT2 * offsetSigma(exchanges / 3)) / ((spanS * 2) / 3);
}

/**
 * Returns the variance of the estimated fixed delay of one direction: of the shortest of exponential delays, of the mean else; of
 * modes, as if all packets were of the most frequent one. A moving floor counts as constant noise of a sine.
 */
function floorVariance({ jitterNs, shape, modes = [], floor }: ServerSetting['up'], count: number): number {
  const main = [...modes].sort((a, b) => b.share - a.share)[0] ?? { jitterNs, shape };
  const moving = floor === undefined ? 0 : floor.amplitudeNs ** 2 / 8;
  if (main.shape === 'none') return moving;
  return moving + main.jitterNs ** 2 / (main.shape === 'exp' ? count ** 2 : count);
}

/** Returns the deviation of a clock from the line between two exchanges, at the middle, ns: wander · √(interval³ / 48). */
const clockBetweenNs = (intervalS: number, wander: number): Ns => wander * Math.sqrt(intervalS ** 3 / 48) * 1e9;

/** Returns the second from which a server never answers again. */
const diesAtS = ({ event }: ServerSetting): number => {
  const last = event.filter(({ loss }) => loss === 1).map(({ at }) => at / 1e9);
  return Math.min(Number.POSITIVE_INFINITY, ...last);
};
