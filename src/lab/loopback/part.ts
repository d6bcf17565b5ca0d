/** Something of the lab that can be switched off and on: a server, a feed. */
export interface Part {
  readonly name: string;
  /** What it is and where, for `timehub lab list`. */
  readonly summary: string;
  readonly running: boolean;
  /** What it has answered so far. */
  readonly served: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}
