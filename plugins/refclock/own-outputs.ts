import type { Context } from 'timehub/api';

/** Returns the sockets or units to which sinks of this hub give its time: a source must not take it back. */
export const ownOutputs = (context: Pick<Context, 'common'>): Set<string> => context.common(() => new Set<string>());
