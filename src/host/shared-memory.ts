import { HubError, type SharedMemory, type SharedMemoryOptions } from '../api/index.js';
import type { Native } from './native.js';
import { because, errorName, noAddon } from './net/net-error.js';

/** Attaches a segment, and makes it if there is none. Throws `TH_SHM_OPEN`, `TH_NET_NO_ADDON`. */
export function openSharedMemory(native: Native | undefined, options: SharedMemoryOptions): SharedMemory {
  if (native === undefined) throw noAddon('shared memory');
  const { key, octets, mode } = options;
  try {
    return native.openSharedMemory(key, octets, mode);
  } catch (error) {
    const name = errorName(error);
    const reason =
      name === 'EINVAL' ? 'it is shorter' : name === 'EACCES' ? 'another user has made it' : because(error);
    throw new HubError('TH_SHM_OPEN', `the shared memory 0x${key.toString(16)} cannot be used: ${reason}`, {
      cause: error,
      hint: '"ipcs -m" shows who has made it; "ipcrm -M KEY" removes it once no program uses it',
    });
  }
}
