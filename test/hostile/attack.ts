/** The parameters of an attacking program. */
export interface Tools {
  /** Path of the compiled flood.c. */
  readonly flood: string;
  /** Path of the hub's control socket. */
  readonly controlSocket: string;
}

/** An action of an outsider against the hub, for as long as its process lives. */
export interface Attack {
  readonly name: string;
  /** The machine that it comes from. Default: the others' machine. */
  readonly from?: 'others' | 'hub';
  /** Minimum of actions a second (requests, connections, datagrams, lines): with fewer the measurement means nothing. */
  readonly atLeast: number;
  /** Share of others' requests at the dashboard's port that must still be answered. Default 0.7. */
  readonly leastPages?: number;
  /** Octets that may leave the hub's machine for each that comes to it. Default: any number. */
  readonly mostOctets?: number;
  /** Begins. Returns a function that returns the number of actions so far. */
  begin(tools: Tools): () => number;
}
