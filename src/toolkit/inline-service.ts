import type { PluginService, ServiceDefinition, ServiceTools } from '../api/service.js';
import type { ServiceThread } from '../api/service-thread.js';

/** Runs a service in line: on the hub's own thread. Its errors are those of the instance. */
export class InlineService<D, R> implements ServiceThread<D, R> {
  readonly ready: Promise<R>;
  readonly #service: PluginService<D, R>;

  constructor(definition: ServiceDefinition<D, R>, data: D, tools: ServiceTools) {
    this.#service = definition.create(data, tools);
    this.ready = this.#service.start();
    // It is reported to the caller that waits for it.
    this.ready.catch(() => {});
  }

  onFault(): void {}

  async update(data: D): Promise<void> {
    this.#service.update(data);
  }

  async close(): Promise<void> {
    this.#service.stop();
  }
}
