import type { HubReport, TimeState } from '../api/index.js';

/** Returns the report of a hub that has no instances, and no status: a test of a sink that shows it gives its own report. */
export const emptyReport = (state: () => TimeState): HubReport => ({
  state,
  status() {
    throw new Error('the fake hub has no status: give fakeSink() a "hub"');
  },
  why: () => state().reason,
  detail: () => undefined,
  events: () => [],
  metrics: () => [],
  clients: () => ({ total: 0, clients: [] }),
  onEvent: () => () => {},
});
