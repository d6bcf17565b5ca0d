import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connection } from './connection.js';
import type { HttpCounters } from './counters.js';
import type { Live } from './live.js';
import { type AllowedHosts, refusalOf, SAFE_HEADERS } from './request-guard.js';
import { type HttpResponse, text } from './response.js';
import type { Freshness, Routes } from './routes.js';
import { STREAM_TYPE, type StreamGroup, type Viewer } from './streams.js';
import { parseTarget } from './target.js';

/** The service at one listener. */
export interface Service {
  readonly routes: Routes;
  readonly live: Live;
  readonly hosts: AllowedHosts;
  readonly freshness: Freshness;
  readonly streams: StreamGroup;
  readonly counters: HttpCounters;
  /** Called with the error when a response could not be made. */
  readonly onFault: (error: Error) => void;
}

/** Answers one request within this call, or starts an event stream. */
export function respond(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
  connection: Connection,
): void {
  const target = parseTarget(request.url ?? '');
  const refused = refusalOf(request, target.authority, service.hosts);
  if (refused !== undefined) {
    refuse(service, response, text(refused.text, refused.status));
    return;
  }
  try {
    if (target.path === '/v1/events') watch(service, request, response, connection);
    else send(response, service.routes.answer(target, service.freshness));
  } catch (error) {
    service.counters.refusal('fault');
    service.onFault(error as Error);
    if (!response.headersSent) send(response, text('the answer could not be made', 500));
  }
}

/** Refuses `Expect` (RFC 9110 §10.1.1): no request here has a body. */
export function refuseExpectation(service: Service, _request: IncomingMessage, response: ServerResponse): void {
  refuse(service, response, text('no request here has a body', 417));
}

function watch(service: Service, { method }: IncomingMessage, response: ServerResponse, connection: Connection): void {
  if (method === 'HEAD') {
    send(response, { status: 200, type: STREAM_TYPE, body: new Uint8Array() });
    return;
  }
  const viewer: Viewer = {
    response,
    peer: connection.peer,
    group: service.streams,
    onProgress: () => connection.progress(),
    onCut: (reason) => connection.cut(reason),
  };
  if (!service.live.admits(viewer)) {
    service.counters.refusal('streams');
    send(response, text('too many streams are open', 503), { 'retry-after': '5' });
    return;
  }
  response.writeHead(200, { ...SAFE_HEADERS, 'content-type': STREAM_TYPE, 'x-accel-buffering': 'no' });
  connection.stream();
  service.live.watch(viewer);
}

/** Refuses a request and closes the connection, so that an unwanted body is not read. */
function refuse(service: Service, response: ServerResponse, answer: HttpResponse): void {
  service.counters.refusal('forbidden');
  send(response, answer, { connection: 'close', allow: 'GET, HEAD' });
}

function send(response: ServerResponse, { status, type, body }: HttpResponse, more: Record<string, string> = {}): void {
  response.writeHead(status, { ...SAFE_HEADERS, 'content-type': type, 'content-length': body.length, ...more });
  response.end(body);
}
