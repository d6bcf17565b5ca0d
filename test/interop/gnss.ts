import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Bench } from '../bench.js';
import { root } from '../place.js';

/** A gpsd with a receiver in another network namespace, which a test controls. */
export class Gnss {
  readonly port: number;
  readonly #child: ChildProcess;

  static async start(bench: Bench, namespace: string): Promise<Gnss> {
    const feed = join(root, 'dist/test/interop/gnss-feed.js');
    const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, feed], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    bench.later(() => child.kill());
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new Gnss(child, Number(/^port (\d+)/.exec(line.toString())?.[1]));
  }

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Gives the receiver a fix. `leaps` is its value of GPS − UTC, s. */
  find(leapSeconds: number): void {
    this.#tell({ mode: 3, leapseconds: leapSeconds });
  }

  lose(): void {
    this.#tell({ mode: 1, leapseconds: 0 });
  }

  #tell(fix: object): void {
    this.#child.stdin!.write(`${JSON.stringify(fix)}\n`);
  }
}
