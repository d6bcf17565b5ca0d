import { Worker } from 'node:worker_threads';
import type { HostService, HostServiceOptions } from '../../kernel/host.js';
import { type FromService, type ServiceTask, type ToService, thrownError } from './service-task.js';

/** The garbage of many short connections must not fill the memory before it is collected. */
const LIMITS = { maxYoungGenerationSizeMb: 4, stackSizeMb: 1 };

export const startService = (options: HostServiceOptions): HostService => new ServiceWorker(options);

/** A thread of worker_threads that runs `service.ts`. */
class ServiceWorker implements HostService {
  readonly ready: Promise<void>;
  readonly ended: Promise<Error | undefined>;
  result: unknown;
  readonly #rounds = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;
  /** Updates that are not answered. */
  readonly #updates: { resolve(): void; reject(error: Error): void }[] = [];
  #failure: Error | undefined;

  constructor({ module, data, name }: HostServiceOptions) {
    const task: ServiceTask = { module: module.href, data, rounds: this.#rounds.buffer as SharedArrayBuffer };
    this.#worker = new Worker(new URL('./service.js', import.meta.url), {
      workerData: task,
      resourceLimits: LIMITS,
      name: `timehub ${name}`,
    });
    this.ready = new Promise((resolve) => {
      this.#worker.on('message', (message: FromService) => this.#take(message, resolve));
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on('error', (thrown: unknown) => {
        this.#failure ??= thrown instanceof Error ? thrown : new Error(String(thrown));
      });
      this.#worker.on('exit', () => {
        for (const { resolve } of this.#updates.splice(0)) resolve();
        resolve(this.#failure);
      });
    });
  }

  get rounds(): number {
    return Atomics.load(this.#rounds, 0);
  }

  update(data: unknown): Promise<void> {
    const answered = new Promise<void>((resolve, reject) => {
      this.#updates.push({ resolve, reject });
    });
    this.#tell({ kind: 'update', data });
    return Promise.race([answered, this.ended.then(() => undefined)]);
  }

  stop(): void {
    this.#tell({ kind: 'stop' });
  }

  terminate(): void {
    this.#failure ??= new Error('its event loop stood still');
    void this.#worker.terminate();
  }

  #tell(message: ToService): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromService, begun: () => void): void {
    if (message.kind === 'started') {
      this.result = message.result;
      begun();
    } else if (message.kind === 'failed') {
      this.#failure = thrownError(message.error);
      void this.#worker.terminate();
    } else {
      const update = this.#updates.shift();
      if (message.error === undefined) update?.resolve();
      else update?.reject(thrownError(message.error));
    }
  }
}
