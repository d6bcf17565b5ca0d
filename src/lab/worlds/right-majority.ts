import type { Scenario } from '../scenario/schema.js';
import { liesOf } from './lies.js';

/** Returns true if more right than wrong servers live at each time. A server counts as wrong from the start on. */
export function hasRightMajority(scenario: Scenario): boolean {
  const wrong = new Set(liesOf(scenario).map(({ source }) => source));
  const deaths = scenario.server.map(({ name, event }) => ({
    name,
    at: Math.min(Number.POSITIVE_INFINITY, ...event.filter(({ loss }) => loss === 1).map(({ at }) => at)),
  }));
  return [0, ...deaths.map(({ at }) => at).filter(Number.isFinite)].every((now) => {
    const living = deaths.filter(({ at }) => at > now);
    return living.filter(({ name }) => wrong.has(name)).length * 2 < living.length;
  });
}
