/** The parameters of an attacking program. */
export interface Tools {
  /** Path of the compiled flood.c. */
  readonly flood: string;
  /** Path of the hub's control socket. */
  readonly controlSocket: string;
}

/** An attack of an outsider on the hub. It lasts as long as its process. */
export interface Attack {
  readonly name: string;
  /** The machine from which it comes. Default: the others' machine. */
  readonly from?: 'others' | 'hub';
  /** Minimum number of actions a second (requests, connections, datagrams, lines): with fewer the measurement is not valid. */
  readonly atLeast: number;
  /** Share of others' requests at the dashboard's port that must still be answered. Default 0.7. */
  readonly leastPages?: number;
  /** Maximum number of octets that leave the hub's machine for each that enters it. Default: no limit. */
  readonly mostOctets?: number;
  /** Begins the attack. Returns a function that returns the number of actions so far. */
  begin(tools: Tools): () => number;
}
