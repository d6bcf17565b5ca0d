/** A server or receiver of the lab, which can be switched off and on. */
export interface LabPart {
  readonly name: string;
  /** Its kind and address, for `timehub lab list`. */
  readonly summary: string;
  readonly running: boolean;
  /** Number of replies so far. */
  readonly served: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}
