export interface SharedMemoryOptions {
  /** Key of the segment (shmget(2)). */
  readonly key: number;
  readonly octets: number;
  /** Mode of the segment if it must be made (as of chmod(2)). One that exists keeps its mode. */
  readonly mode: number;
}

/** A System V shared memory segment (shmget(2)). It stays when the hub ends, as such segments do. */
export interface SharedMemory {
  /** Other processes write to it: access numbers that order others by Atomics. */
  readonly memory: ArrayBuffer;
  /** User who owns the segment, and its mode. */
  readonly owner: number;
  readonly mode: number;
}
