import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { type HubReport, parseDuration, readinessOf } from 'timehub/api';

type Env = { Bindings: HttpBindings };

/**
 * Adds what supervisors and load balancers ask, as plain text: `/healthz` (200: the hub answers) and
 * `/readyz?max-error=1ms` (200: the hub tracks and its error is bounded by that; 503 with the reason otherwise, 400 when the
 * query is no duration).
 */
export function addProbes(app: Hono<Env>, hub: HubReport): void {
  app.get('/healthz', (c) => c.text('alive\n'));
  app.get('/readyz', (c) => {
    const maxErrorNs = maxErrorOf(c);
    if (maxErrorNs === undefined)
      return c.text('max-error must be a duration such as "1ms": /readyz?max-error=1ms\n', 400);
    const { ready, text } = readinessOf(hub.status(), maxErrorNs);
    return c.text(`${text}\n`, ready ? 200 : 503);
  });
}

function maxErrorOf(c: Context<Env>): number | undefined {
  const asked = c.req.query('max-error');
  if (asked === undefined) return Number.POSITIVE_INFINITY;
  const maxErrorNs = parseDuration(asked);
  return maxErrorNs !== undefined && maxErrorNs > 0 ? maxErrorNs : undefined;
}
