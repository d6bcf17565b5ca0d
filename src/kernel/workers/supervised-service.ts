import type { ServiceOptions, ServiceThread } from '../../api/index.js';
import type { Host, HostService } from '../host.js';
import { SupervisedWorker } from './supervised-worker.js';

/** The surroundings of a service. */
export interface ServiceHost {
  readonly start: NonNullable<Host['startService']>;
  readonly timers: Pick<Host, 'after' | 'monotonic'>;
}

/** A service in its thread, which is started again with the newest data when it ends. */
export class SupervisedService<D, R> implements ServiceThread<D, R> {
  readonly ready: Promise<R>;
  readonly #worker: SupervisedWorker;
  #data: D;
  #thread: HostService | undefined;
  #onFault: (fault: string | undefined) => void = () => {};
  #closing: Promise<void> | undefined;

  constructor({ module, data, name }: ServiceOptions<D>, { start, timers }: ServiceHost) {
    this.#data = data;
    this.#worker = new SupervisedWorker({
      ...{ timers, name },
      start: () => {
        this.#thread = start({ module, name, data: this.#data });
        return this.#thread;
      },
      changed: () => this.#onFault(this.#worker.fault),
    });
    // The type of the result is that of the module.
    this.ready = this.#worker.ready.then(() => this.#thread!.result as R);
    this.ready.catch(() => {});
  }

  onFault(handler: (fault: string | undefined) => void): void {
    this.#onFault = handler;
  }

  async update(data: D): Promise<void> {
    await this.#thread!.update(data);
    this.#data = data;
  }

  close(): Promise<void> {
    this.#closing ??= this.#worker.close();
    return this.#closing;
  }
}
