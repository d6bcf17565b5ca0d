import { cleanText, parseDuration, readinessOf, type SinkContext } from 'timehub/api';
import { EXPOSITION_TYPE, exposition } from './exposition.js';
import type { Live } from './live.js';
import type { Memo } from './memo.js';
import { readPageFiles } from './page-files.js';
import { processSamples } from './process-samples.js';
import { encoded, type HttpResponse, json, text } from './response.js';
import { hubSamples } from './samples.js';
import { decoded, type Target } from './target.js';

/** Maximum age of a kept response, ms. */
export interface Freshness {
  readonly usual: number;
  /** For the snapshot and the metrics, which take long to make. */
  readonly large: number;
}

/** Maximum size of the detail of an instance, octets. A larger one is refused. */
const LARGEST_DETAIL = 1 << 20;

/** Clients in one response. */
const MOST_CLIENTS = 1000;

/**
 * The routes of README.md, "HTTP interface", except the event stream. Each response is made from memory within one call, so that
 * its CPU time can be measured.
 */
export class Routes {
  readonly #context: SinkContext;
  readonly #live: Live;
  readonly #memo: Memo;
  readonly #dashboard: boolean;
  #pageFiles: ReadonlyMap<string, HttpResponse> | undefined;

  constructor(context: SinkContext, live: Live, memo: Memo, dashboard: boolean) {
    this.#context = context;
    this.#live = live;
    this.#memo = memo;
    this.#dashboard = dashboard;
  }

  answer({ path, query }: Target, freshness: Freshness): HttpResponse {
    const { hub } = this.#context;
    const kept = (maxAge: number, make: () => HttpResponse): HttpResponse => this.#memo.get(path, maxAge, make);
    switch (path) {
      case '/v1/status':
        return kept(freshness.usual, () => json(hub.status()));
      case '/v1/sources':
        return kept(freshness.usual, () => json({ schema: 1, sources: hub.status().sources }));
      case '/v1/why':
        return kept(freshness.usual, () => json({ schema: 1, why: hub.why() }));
      case '/v1/clients':
        return kept(freshness.large, () => json({ schema: 1, ...hub.clients(MOST_CLIENTS) }));
      case '/v1/snapshot':
        return kept(freshness.large, () => json(this.#live.snapshot()));
      case '/metrics':
        return kept(freshness.large, () => this.#metrics());
      case '/healthz':
        return text('alive');
      case '/readyz':
        return this.#ready(query.get('max-error'), freshness);
      default:
        return this.#detail(path, freshness) ?? this.#page(path) ?? missing('such page');
    }
  }

  /** `/readyz?max-error=1ms`: 503 with the reason unless the hub tracks within that error; 400 when it is not a duration. */
  #ready(asked: string | null, { usual }: Freshness): HttpResponse {
    const maxErrorNs = asked === null ? Number.POSITIVE_INFINITY : parseDuration(asked);
    if (maxErrorNs === undefined || !(maxErrorNs > 0))
      return text('max-error must be a duration such as "1ms": /readyz?max-error=1ms', 400);
    const status = this.#memo.get('status', usual, () => this.#context.hub.status());
    const { ready, text: reason } = readinessOf(status, maxErrorNs);
    return text(reason, ready ? 200 : 503);
  }

  #metrics(): HttpResponse {
    const { hub } = this.#context;
    const samples = [...hubSamples(hub.status()), ...hub.metrics(), ...processSamples()];
    return encoded(exposition(samples), EXPOSITION_TYPE);
  }

  /** Keeps responses only for instances that exist: invented names take no memory. */
  #detail(path: string, { usual }: Freshness): HttpResponse | undefined {
    const asked = /^\/v1\/sources\/([^/]+)$/.exec(path)?.[1];
    if (asked === undefined) return undefined;
    const id = decoded(asked) ?? '';
    const made = this.#memo.get(`instance ${id}`, usual, () => {
      const detail = this.#context.hub.detail(id);
      return detail && limited(json({ schema: 1, ...detail }));
    });
    return made ?? missing('such instance');
  }

  #page(path: string): HttpResponse | undefined {
    if (!this.#dashboard) return undefined;
    this.#pageFiles ??= readPageFiles();
    return this.#pageFiles.get(path === '/' ? 'index.html' : path.slice(1));
  }
}

const missing = (what: string): HttpResponse => json({ schema: 1, error: cleanText(`there is no ${what}`) }, 404);

const limited = (answer: HttpResponse): HttpResponse =>
  answer.body.length <= LARGEST_DETAIL
    ? answer
    : json({ schema: 1, error: `the answer is larger than ${LARGEST_DETAIL} octets` }, 500);
