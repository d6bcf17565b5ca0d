import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Running } from 'timehub/api';
import sink from '../sink.js';
import { FakeContext } from './fake-context.js';
import { FakeHub } from './fake-hub.js';

/** An observability sink with a fake hub, in its own folder. */
export class DashboardBench {
  readonly hub = new FakeHub();
  readonly fake = new FakeContext(this.hub);
  readonly folder = mkdtempSync(join(tmpdir(), 'timehub-test-'));
  readonly #running: Running<unknown>[] = [];

  get socket(): string {
    return join(this.folder, 'hub.sock');
  }

  /** The TCP port of the sink. */
  get port(): number {
    const match = /http:\/\/[^ ]*:(\d+)\//.exec(this.fake.health.at(-1)?.reason ?? '');
    return Number(match?.[1]);
  }

  /** Number of open streams of all sinks. */
  streams(): number {
    return this.#running.reduce((sum, running) => sum + Number(running.inspect?.().streams), 0);
  }

  /** Creates and starts a sink with the settings of a configuration file. */
  async start(settings: Record<string, unknown> = {}): Promise<Running<unknown>> {
    const checked = await sink.config['~standard'].validate({
      socket: this.socket,
      listen: '127.0.0.1:0',
      ...settings,
    });
    if (checked.issues !== undefined) throw new Error(checked.issues.map(({ message }) => message).join('; '));
    const running = sink.create(checked.value, this.fake.asContext());
    this.#running.push(running);
    await running.start();
    return running;
  }

  async close(): Promise<void> {
    for (const running of this.#running) await running.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
