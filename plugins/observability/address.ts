import { parseServer } from 'timehub/protocol/address';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** With a port. */
const ADDRESS = /^(\[[^\]]+\]|[^:]+):\d+$/;

/** `127.0.0.1:11180`, `[::1]:11180`, `localhost:11180`. Undefined when it is none of these. */
export function parseAddress(text: string): Address | undefined {
  return ADDRESS.test(text) ? parseServer(text) : undefined;
}

export const formatAddress = ({ host, port }: Address): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
