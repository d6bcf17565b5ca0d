/** The parameters of an attacking program. */
export interface Tools {
  /** Path of the compiled flood.c. */
  readonly flood: string;
  /** Path of the hub's control socket. */
  readonly controlSocket: string;
}

/** Something that an outsider does to the hub, for as long as its process lives. */
export interface Attack {
  readonly name: string;
  /** The machine that it comes from: the others' where it is left out. */
  readonly from?: 'others' | 'hub';
  /** Fewer actions a second (requests, connections, datagrams, lines) are no attack: the measurement says nothing. */
  readonly atLeast: number;
  /** Share of others' requests at the dashboard's port that must be answered all the same. Default 0.7. */
  readonly leastPages?: number;
  /** Octets that may leave the hub's machine for each that comes to it. Default: any number. */
  readonly mostOctets?: number;
  /** Begins. Returns a function that says how many actions there were so far. */
  begin(tools: Tools): () => number;
}
