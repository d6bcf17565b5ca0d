import type { RequestListener } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { Hono } from 'hono/tiny';
import { cleanText, type SinkContext } from 'timehub/api';
import { toJson } from './json.js';
import type { Live } from './live.js';
import { readPageFile } from './page-files.js';
import { addProbes } from './probes.js';
import { STREAM_TYPE } from './streams.js';

type Env = { Bindings: HttpBindings };

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

const json = (c: Context<Env>, body: unknown): Response =>
  c.body(`${toJson(body)}\n`, 200, { 'content-type': JSON_TYPE });
const missing = (c: Context<Env>, what: string): Response =>
  c.body(`${toJson({ schema: 1, error: cleanText(`there is no ${what}`) })}\n`, 404, { 'content-type': JSON_TYPE });

/** The routes of docs/architecture.md, "outer interfaces", as a listener for node:http. */
export function createListener(context: SinkContext, live: Live, dashboard: 'dashboard' | 'none'): RequestListener {
  const app = new Hono<Env>();
  addReports(app, context, live);
  addMetrics(app, context);
  addProbes(app, context.hub);
  if (dashboard === 'dashboard') addPage(app);
  app.notFound((c) => missing(c, `page ${c.req.path}`));
  app.onError((error, c) => {
    context.log.warn(`${c.req.path} failed: ${error.message}`);
    return c.body(`${toJson({ schema: 1, error: cleanText(error.message) })}\n`, 500, { 'content-type': JSON_TYPE });
  });
  return getRequestListener(app.fetch, { overrideGlobalObjects: false });
}

function addReports(app: Hono<Env>, { hub }: SinkContext, live: Live): void {
  app.get('/v1/status', (c) => json(c, hub.status()));
  app.get('/v1/sources', (c) => json(c, { schema: 1, sources: hub.status().sources }));
  app.get('/v1/sources/:id', (c) => {
    const id = c.req.param('id');
    const detail = hub.detail(id);
    return detail === undefined ? missing(c, `instance "${id}"`) : json(c, { schema: 1, ...detail });
  });
  app.get('/v1/why', (c) => json(c, { schema: 1, why: hub.why() }));
  app.get('/v1/snapshot', (c) => json(c, live.snapshot()));
  app.get('/v1/events', (c) => {
    // Hono answers HEAD by the route of GET, which would open a stream that carries nothing.
    if (c.env.incoming.method === 'HEAD') return c.body(null, 200, { 'content-type': STREAM_TYPE });
    if (!live.watch(c.env.outgoing))
      return c.body('too many streams are open\n', 503, { 'content-type': TEXT_TYPE, 'retry-after': '5' });
    return RESPONSE_ALREADY_SENT;
  });
}

/** prom-client is loaded by the first scrape. */
function addMetrics(app: Hono<Env>, context: SinkContext): void {
  const exposition = once(async () => new (await import('./metrics.js')).Exposition(context.hub));
  app.get('/metrics', async (c) => {
    const { contentType, text } = await (await exposition()).scrape();
    return c.body(text, 200, { 'content-type': contentType });
  });
}

function addPage(app: Hono<Env>): void {
  app.get('/:file?', async (c) => {
    const name = c.req.param('file') ?? 'index.html';
    const file = await readPageFile(name);
    return file === undefined ? missing(c, `page /${name}`) : c.body(file.content, 200, { 'content-type': file.type });
  });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
