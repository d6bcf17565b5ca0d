import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Names under which a TCP port may be asked. A Unix socket is asked under any. */
export type AllowedHosts = ReadonlySet<string> | 'any';

interface Objection {
  readonly status: number;
  readonly text: string;
}

/** Nothing but this page's own files may run, style or be asked; nobody may frame it (CSP level 3). */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const allowedHosts = (more: readonly string[]): AllowedHosts =>
  new Set(['localhost', hostname(), ...more].map((name) => name.toLowerCase()));

/** Headers of every answer. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The reason why a request must not reach the routes. `authority`: that of the request target, which replaces the Host. */
export function objection(
  { method, headers }: IncomingMessage,
  authority: string | undefined,
  hosts: AllowedHosts,
): Objection | undefined {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'read-only: only GET and HEAD are answered' };
  if (hasBody(headers)) return { status: 413, text: `a ${method} request has no body` };
  if (hosts !== 'any' && !isAllowed(authority ?? headers.host, hosts)) {
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

const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
