import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Host names that requests at a TCP port may carry. A Unix socket accepts any. */
export type AllowedHosts = ReadonlySet<string> | 'any';

interface HttpRefusal {
  readonly status: number;
  readonly text: string;
}

/** Content security policy (CSP level 3): only the page's own files, and no framing. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const allowedHosts = (more: readonly string[]): AllowedHosts =>
  new Set(['localhost', hostname(), ...more].map((name) => name.toLowerCase()));

/** Headers of every response. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Returns the refusal of a request; undefined when it is allowed. `authority` of the request target replaces the Host. */
export function refusalOf(
  { method, headers }: IncomingMessage,
  authority: string | undefined,
  hosts: AllowedHosts,
): HttpRefusal | undefined {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'read-only: only GET and HEAD are answered' };
  if (hasBody(headers)) return { status: 413, text: `a ${method} request must not have a body` };
  if (hosts !== 'any' && !isAllowed(authority ?? headers.host, hosts)) {
    return { status: 421, text: 'this name is not known here: add it to "hosts" of the observability sink' };
  }
  return undefined;
}

/**
 * Protects against DNS rebinding: a page of another site whose name was changed to resolve to this machine still sends its own
 * name as Host. An address cannot be rebound, so all addresses are allowed.
 */
function isAllowed(header: string | undefined, hosts: ReadonlySet<string>): boolean {
  const name = (header ?? '').replace(/:\d+$/, '').toLowerCase();
  return hosts.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
