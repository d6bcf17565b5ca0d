import { parseServer } from 'timehub/protocol/address';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** A host and a port: the port is required. */
const ADDRESS = /^(\[[^\]]+\]|[^:]+):\d+$/;

/** Parses `127.0.0.1:11180`, `[::1]:11180` or `localhost:11180`. Returns undefined for any other text. */
export function parseAddress(text: string): ListenAddress | undefined {
  return ADDRESS.test(text) ? parseServer(text) : undefined;
}

export const formatAddress = ({ host, port }: ListenAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
