import type { Endpoint } from '../api/udp.js';
import { formatServer } from '../protocol/address/index.js';

const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses (ICMP port unreachable)',
  EHOSTUNREACH: 'cannot be reached (no route to the host)',
  ENETUNREACH: 'cannot be reached (no route to its network)',
  EACCES: 'cannot be asked (the firewall forbids it)',
  EPERM: 'cannot be asked (the firewall forbids it)',
};

/** Returns a sentence about what an error of the network, or one of its causes, means for the server at `endpoint`. */
export function explainNetworkError(error: Error, { address, port }: Endpoint): string {
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    const meaning = 'code' in e && typeof e.code === 'string' ? MEANINGS[e.code] : undefined;
    if (meaning !== undefined) return `${formatServer(address, port)} ${meaning}`;
  }
  return `${formatServer(address, port)}: ${error.message}`;
}
