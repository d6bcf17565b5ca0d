import type { HandlerDefinition, SinkContext, WorkerGroup, WorkerOptions } from 'timehub/api';
import { InlineRequests } from 'timehub/toolkit';

/**
 * Runs workers in virtual time: the handler comes from the module that the sink names, and has a clone of the data, as in a
 * thread. One of them answers all requests.
 */
export function virtualWorkers<D>(context: SinkContext, options: WorkerOptions<D>): WorkerGroup<D> {
  const silent = { answer() {}, unsent() {} };
  const listen = options.listen.map((at) => ({ ...at, transmitStamps: options.transmitStamps === true }));
  const requests = new InlineRequests(context, { listen }, silent);
  const load = async (data: D, index: number): Promise<void> => {
    const { default: definition } = (await import(options.module.href)) as { readonly default: HandlerDefinition };
    const random = (octets: number): Uint8Array => context.random(octets);
    requests.handler = definition.create(structuredClone(data), { index, random });
  };
  return {
    local: requests.sockets.map(({ local }) => local),
    ready: load(options.data, 0),
    onFault() {},
    replace: (data) => void load(data, 1),
    close: async () => requests.close(),
  };
}
