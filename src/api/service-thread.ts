export interface ServiceOptions<D> {
  /** The module whose default export is the definition: `new URL('./server.js', import.meta.url)`. */
  readonly module: URL;
  /** It is cloned; shared memory is shared. */
  readonly data: D;
  /** Begins sentences: "the key exchange". */
  readonly name: string;
}

/** A service that runs. The kernel starts its thread again when it has ended, after 100 ms, doubling to 60 s. */
export interface ServiceThread<D, R> {
  /** Resolves with the result of the first start; rejects with the error of a service that does not start. */
  readonly ready: Promise<R>;
  /** Calls `handler` with a sentence when the thread has ended by itself, and with undefined when it runs again. */
  onFault(handler: (fault: string | undefined) => void): void;
  /** Resolves when the service has the data. Rejects with the error of its `update`: the former data stay in use. */
  update(data: D): Promise<void>;
  /** Stops the service. Takes 1 s at most. */
  close(): Promise<void>;
}
