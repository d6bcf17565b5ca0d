import { HubError, type SharedMemory, type SharedMemoryOptions } from '../api/index.js';

/** The shared memory of one simulated machine, whose programs all run as root. */
export class LabSharedMemory {
  readonly #segments = new Map<number, SharedMemory>();

  open({ key, octets, mode }: SharedMemoryOptions): SharedMemory {
    const found = this.#segments.get(key) ?? { memory: new ArrayBuffer(octets), owner: 0, mode };
    if (found.memory.byteLength < octets) throw new HubError('TH_SHM_OPEN', `the shared memory ${key} is shorter`);
    this.#segments.set(key, found);
    return found;
  }
}
