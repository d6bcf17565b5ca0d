import { join } from 'node:path';
import { readRegularFile } from '../files/read-file.js';

/** Folders in which distributions install tzdata. `TZDIR` comes before them, as for tzset(3). */
const FOLDERS = ['/usr/share/zoneinfo', '/usr/lib/zoneinfo', '/usr/share/lib/zoneinfo', '/etc/zoneinfo'];

/** Maximum size of the file, octets. The list of 2024 has 5 KiB. */
const LARGEST = 1 << 18;

/** Returns tzdata's leap-seconds.list and its path; undefined if tzdata is not installed. */
export function findLeapSeconds(
  folders: readonly string[] = [process.env.TZDIR ?? '', ...FOLDERS],
): { readonly text: string; readonly path: string } | undefined {
  for (const folder of folders.filter((name) => name !== '')) {
    const path = join(folder, 'leap-seconds.list');
    try {
      return { text: readRegularFile(path, { most: LARGEST }).toString(), path };
    } catch {
      // The next folder may have it.
    }
  }
  return undefined;
}
