/** The counts of the key exchange, and what they mean. */
export const KE_COUNTS = {
  key_exchange_connections: 'Connections that access lists and rate limit have admitted',
  key_exchanges: 'Key exchanges that gave keys',
  key_exchanges_refused: 'Key exchanges whose request was malformed, or had nothing in common',
  key_exchanges_late: 'Connections whose handshake or request did not come in time',
  key_exchanges_failed: 'Connections whose TLS handshake failed, or that broke before the request',
  key_exchanges_denied: 'Connections that were closed at once by the access lists, or because the hub has no time',
  key_exchanges_limited: 'Connections that were closed at once by the rate limit',
  key_exchanges_full: 'Connections that were closed at once because too many were open, of one client or altogether',
} as const;

export type KeCount = keyof typeof KE_COUNTS;
export const KE_COUNT_NAMES = Object.keys(KE_COUNTS) as readonly KeCount[];
