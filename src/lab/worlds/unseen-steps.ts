import type { Scenario } from '../scenario/schema.js';

/** The second after a step in which the error is recorded before the observation of that second comes. */
const RECORDED_S = 1;

/**
 * Returns the test whether a step of the clock cannot have been seen yet in a second: the source that is asked most often has not
 * been asked since. A bound that held such steps would have to grow by the largest of them all the time.
 */
export function unseenStepTest({ clock, server, pps, phc, ptp }: Scenario): (second: number) => boolean {
  const intervalsS = [
    ...server.map(({ poll, 'poll-max': most }) => (poll ?? most ?? Number.POSITIVE_INFINITY) / 1e9),
    ...pps.map(() => 1),
    ...phc.map(({ poll }) => poll / 1e9),
    ...ptp.map(({ 'sync-interval': log2 }) => 2 ** log2),
  ];
  const intervalS = Math.min(...intervalsS);
  const stepsS = clock.event.map(({ at }) => at / 1e9);
  return (second) => stepsS.some((atS) => second >= atS && second <= atS + intervalS + RECORDED_S);
}
