import type { Ns } from '../../api/index.js';
import type { Scenario } from '../scenario/schema.js';

/**
 * Returns a world that lasts `durationNs`, with the same events closer together: all of them in its steady part. A test has no time for
 * the whole world. Slow lies are as slow as before.
 */
export function hastened(scenario: Scenario, durationNs: Ns): Scenario {
  const from = scenario['steady-from'];
  const moved = <E extends { readonly at: Ns }>(event: E): E => ({
    ...event,
    at: from + Math.round((event.at / scenario.duration) * (durationNs - from)),
  });
  const { clock, server, pps, phc, ptp } = scenario;
  return {
    ...scenario,
    duration: durationNs,
    clock: { ...clock, event: clock.event.map(moved) },
    server: server.map((one) => ({ ...one, event: one.event.map(moved) })),
    pps: pps.map((one) => ({ ...one, event: one.event.map(moved) })),
    phc: phc.map((one) =>
      one.grandmaster === undefined
        ? one
        : { ...one, grandmaster: { ...one.grandmaster, event: one.grandmaster.event.map(moved) } },
    ),
    ptp: ptp.map((one) => ({ ...one, event: one.event.map(moved) })),
  };
}
