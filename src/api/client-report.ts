/** One client of a server of the hub. */
export interface ClientReport {
  /** An IPv4 address, or an IPv6 network such as "2001:db8:1:2::/64", whose owner has all addresses in it. */
  readonly client: string;
  /** Time since its first request, s. */
  readonly knownS: number;
  /** Time since its last request, s. */
  readonly ageS: number;
  readonly requests: number;
  /** Requests that got no time, because of access lists or the rate limit. */
  readonly refused: number;
  /** Mean of the recent intervals between its requests, s; 0 before the second request. */
  readonly intervalS: number;
  /** Version of the protocol in its last request; 0: not known, as of a refused one. */
  readonly version: number;
  /** Authentication of its last request. */
  readonly authentication: 'none' | 'key' | 'nts';
  /** Its last request was answered in interleaved mode (RFC 9769). */
  readonly interleaved: boolean;
}

/** The clients of all servers of the hub. */
export interface ServedClients {
  /** Number of clients, including those that are not listed. */
  readonly total: number;
  /** Those with the most requests, first. */
  readonly clients: readonly (ClientReport & { /** Id of the server. */ readonly sink: string })[];
}
