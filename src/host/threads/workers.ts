import { Worker } from 'node:worker_threads';
import type { HostWorker, HostWorkerOptions, HostWorkers } from '../../kernel/host.js';
import type { Native } from '../native.js';
import { openServerSockets } from './server-sockets.js';
import { CONTROL_WORDS, ROUNDS, STOP, type WorkerMessage, type WorkerTask } from './worker-task.js';

/** A worker needs little memory: its handler allocates none for a request. */
const LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 64, stackSizeMb: 1 };

export const openWorkers = (native: Native): HostWorkers => ({
  open: (at, workers, wishes) => openServerSockets(native, at, workers, wishes),
  start: (options) => new RequestThread(options),
});

/** A thread of worker_threads that runs `worker.ts`. */
class RequestThread implements HostWorker {
  readonly ready: Promise<void>;
  readonly ended: Promise<Error | undefined>;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_WORDS));
  readonly #worker: Worker;
  #terminated = false;

  constructor({ module, onRequest, ...given }: HostWorkerOptions) {
    const control = this.#control.buffer as SharedArrayBuffer;
    const task: WorkerTask = { ...given, module: module.href, control };
    const name = 'timehub requests';
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: task,
      resourceLimits: LIMITS,
      name,
    });
    this.ready = new Promise((resolve) => {
      this.#worker.on('message', (message: WorkerMessage) => {
        if (message === 'ready') resolve();
        else onRequest(message);
      });
    });
    this.ended = new Promise((resolve) => {
      let error: Error | undefined;
      this.#worker.on('error', (thrown: unknown) => {
        error = thrown instanceof Error ? thrown : new Error(String(thrown));
      });
      this.#worker.on('exit', () => resolve(this.#terminated ? new Error('its handler did not return') : error));
    });
  }

  get rounds(): number {
    return Atomics.load(this.#control, ROUNDS);
  }

  stop(): void {
    Atomics.store(this.#control, STOP, 1);
  }

  terminate(): void {
    this.#terminated = true;
    this.stop();
    void this.#worker.terminate();
  }
}
