import type { Endpoint, WorkerGroup, WorkerOptions } from '../../api/index.js';
import type { Host, HostWorkers, OwnRequest, WorkerSockets } from '../host.js';
import { SupervisedWorker } from './supervised-worker.js';

/** The surroundings of the workers of one server. */
export interface WorkerServices {
  readonly host: HostWorkers;
  readonly timers: Pick<Host, 'after' | 'monotonic'>;
  readonly marks: SharedArrayBuffer;
  readonly onRequest: (request: OwnRequest) => void;
}

/**
 * The workers of one server and their sockets. The sockets belong to the group: they stay open, and requests wait in them, while
 * a worker starts again or is replaced.
 */
export class SupervisedWorkers<D> implements WorkerGroup<D> {
  readonly local: readonly Endpoint[];
  readonly ready: Promise<void>;
  readonly #sockets: readonly WorkerSockets[];
  readonly #workers: readonly SupervisedWorker[];
  #data: D;
  #onFault: (fault: string | undefined) => void = () => {};
  #closing: Promise<void> | undefined;

  /** Throws the errors of `network.udp`. */
  constructor(options: WorkerOptions<D>, { host, timers, marks, onRequest }: WorkerServices) {
    const { module, threads } = options;
    this.#data = options.data;
    this.#sockets = openAll(host, options);
    this.local = this.#sockets.map(({ local }) => local);
    const start = (number: number, generation: number) =>
      host.start({
        ...{ module, marks, onRequest },
        data: this.#data,
        index: number + threads * (generation % 2),
        sockets: this.#sockets.flatMap((sockets) => sockets.of(number)),
        senders: this.#sockets.flatMap((sockets) => sockets.senders(number)),
        nextPorts: this.#sockets.flatMap(({ nextPorts }) => nextPorts),
      });
    this.#workers = Array.from(
      { length: threads },
      (_, number) =>
        new SupervisedWorker({
          timers,
          name: threads === 1 ? 'the worker' : `worker ${number + 1} of ${threads}`,
          start: (generation) => start(number, generation),
          changed: () => this.#report(),
        }),
    );
    this.ready = Promise.all(this.#workers.map((worker) => worker.ready)).then(() => undefined);
    // It is reported to the caller that waits for it.
    this.ready.catch(() => {});
  }

  onFault(handler: (fault: string | undefined) => void): void {
    this.#onFault = handler;
  }

  replace(data: D): void {
    this.#data = data;
    for (const worker of this.#workers) worker.replace();
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#workers.map((worker) => worker.close())).then(() => {
      for (const sockets of this.#sockets) sockets.close();
    });
    return this.#closing;
  }

  #report(): void {
    const faults = this.#workers.map(({ fault }) => fault).filter((fault) => fault !== undefined);
    this.#onFault(faults.length === 0 ? undefined : faults.join('; '));
  }
}

/** Opens the sockets of all addresses, or none. */
function openAll(host: HostWorkers, { listen, threads, ...wishes }: WorkerOptions<unknown>): WorkerSockets[] {
  const opened: WorkerSockets[] = [];
  try {
    for (const at of listen) opened.push(host.open(at, threads, wishes));
    return opened;
  } catch (error) {
    for (const sockets of opened) sockets.close();
    throw error;
  }
}
