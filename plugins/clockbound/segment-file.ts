import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { HubError } from 'timehub/api';
import {
  type ClockErrorBound,
  emptySegment,
  encodeBound,
  generationOf,
  isSegment,
  LAYOUT_VERSION,
  PLACE,
  SEGMENT_OCTETS,
  updated,
  updating,
  wordOf,
} from 'timehub/protocol/clockbound';

/** All users may read the bound. */
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;
const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * The file that clients map into their memory. It is changed by write(2) in place: on Linux what is written to a file is at once
 * what its mappings show. Each write ends before the next one begins, so clients see them in this order.
 */
export class SegmentFile {
  readonly path: string;
  #file: number | undefined;
  #generation = 0;

  constructor(path: string) {
    this.path = path;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Opens or creates the file, and goes on from the bound of an earlier run. Throws `TH_CLOCKBOUND_FILE`. */
  open(): void {
    this.close();
    try {
      this.#makeFolder();
      this.#file = openSync(this.path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
      this.#adopt(this.#file);
    } catch (error) {
      this.close();
      if (error instanceof HubError) throw error;
      throw this.#fault(`cannot be written: ${(error as Error).message}`, error);
    }
  }

  /** Replaces the bound, while open. Throws `TH_CLOCKBOUND_FILE` if another program writes to the file, too. */
  write(bound: ClockErrorBound): void {
    if (this.#file === undefined) return;
    if (this.#isReplaced(this.#file)) this.open();
    const file = this.#file;
    if (this.#generation !== 0 && generationOf(contentOf(file)) !== this.#generation)
      throw this.#fault('is written by another program, too');
    put(file, wordOf(updating(this.#generation)), PLACE.generation);
    put(file, encodeBound(bound), PLACE.bound);
    this.#generation = updated(this.#generation);
    // Clients accept the segment from its first version and generation that are not 0.
    put(file, wordOf(LAYOUT_VERSION), PLACE.version);
    put(file, wordOf(this.#generation), PLACE.generation);
  }

  /** Closes the file and leaves it: clients bridge a restart of the hub by the last bound. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#generation = 0;
  }

  #adopt(file: number): void {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.nlink > 1)
      throw this.#fault('is no file of its own: a device, or a file with two names');
    const content = contentOf(file);
    if (content.length > 0 && !isSegment(content))
      throw this.#fault('exists and has other content; it was not changed');
    this.#generation = generationOf(content) ?? 0;
    if (this.#generation !== 0) return;
    put(file, emptySegment(), 0);
    fchmodSync(file, FILE_MODE);
  }

  #makeFolder(): void {
    const folder = dirname(this.path);
    const made = mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    if (made !== undefined) chmodSync(folder, FOLDER_MODE);
  }

  /** Returns true when the path is another file by now, or none: clients that come see that one. */
  #isReplaced(file: number): boolean {
    const there = statSync(this.path, { throwIfNoEntry: false });
    const ours = fstatSync(file);
    return there === undefined || there.ino !== ours.ino || there.dev !== ours.dev;
  }

  #fault(what: string, cause?: unknown): HubError {
    return new HubError('TH_CLOCKBOUND_FILE', `${this.path} ${what}`, {
      cause,
      hint: 'stop the other ClockBound daemon or set another "path"; the folder must belong to the user of the hub',
    });
  }
}

function contentOf(file: number): Uint8Array {
  const content = new Uint8Array(SEGMENT_OCTETS + 1);
  return content.subarray(0, readSync(file, content, 0, content.length, 0));
}

function put(file: number, octets: Uint8Array, place: number): void {
  writeSync(file, octets, 0, octets.length, place);
}
