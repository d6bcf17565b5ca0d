import type { SpawnOptions } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Launched } from './launch.js';
import { Folder } from './place.js';

/** The set-up of one test: its folder and its programs. `clear` removes the folder and ends the programs, the last first. */
export class Bench {
  readonly folder = new Folder();
  readonly #undo: (() => Promise<unknown> | unknown)[] = [];

  launch(command: string, args: readonly string[], options: SpawnOptions = {}): Launched {
    const launched = new Launched(command, args, options);
    this.later(() => launched.stop());
    return launched;
  }

  /** Writes a file into the folder. Returns its path. */
  write(name: string, text: string): string {
    const path = this.folder.at(name);
    writeFileSync(path, text);
    return path;
  }

  /** Adds an action for `clear`. */
  later(undo: () => Promise<unknown> | unknown): void {
    this.#undo.push(undo);
  }

  async clear(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) await undo();
    this.folder.close();
  }
}
