import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Names under which a TCP port may be asked. A Unix socket is asked under any. */
export type AllowedHosts = ReadonlySet<string> | 'any';

interface Refusal {
  readonly status: number;
  readonly text: string;
}

/** Nothing but this page's own files may run, style or be asked; nobody may frame it (CSP level 3). */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const allowedHosts = (more: readonly string[]): AllowedHosts =>
  new Set(['localhost', hostname(), ...more].map((name) => name.toLowerCase()));

/** Answers what must not reach the routes. True: answered. */
export function refuse(request: IncomingMessage, response: ServerResponse, hosts: AllowedHosts): boolean {
  setHeaders(response);
  const refusal = judge(request, hosts);
  if (refusal === undefined) return false;
  // Closing the connection keeps a body that nobody asked for from being read.
  response.writeHead(refusal.status, {
    'content-type': 'text/plain; charset=utf-8',
    connection: 'close',
    allow: 'GET, HEAD',
  });
  response.end(`${refusal.text}\n`);
  return true;
}

function judge(request: IncomingMessage, hosts: AllowedHosts): Refusal | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, text: 'read-only: only GET and HEAD are answered' };
  if (hasBody(request)) return { status: 413, text: `a ${request.method} request has no body` };
  if (hosts !== 'any' && !isAllowed(request.headers.host, hosts)) {
    return { status: 421, text: 'this name is not known here: add it to "hosts" of the observability sink' };
  }
  return undefined;
}

/**
 * DNS rebinding: a page of some other site, whose name was made to point here, still sends its own name as Host. An
 * address cannot be rebound, so that all addresses are fine.
 */
function isAllowed(header: string | undefined, hosts: ReadonlySet<string>): boolean {
  const name = (header ?? '').replace(/:\d+$/, '').toLowerCase();
  return hosts.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;

function setHeaders(response: ServerResponse): void {
  response.setHeader('content-security-policy', POLICY);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('cache-control', 'no-store');
}
