import type { Context } from './context.js';
import type { Network } from './network.js';

/** The part of a context that a service has. In line it is the context itself. */
export interface ServiceTools extends Pick<Context, 'after' | 'monotonic' | 'random' | 'aesSiv'> {
  readonly network: Pick<Network, 'tlsServer'>;
}

/**
 * A part of a plugin that has sockets and timers of its own, and work that would keep the hub from its own. The same service runs
 * in a thread with an event loop, and in line, on the thread of the hub. An error that it throws later ends its thread, which
 * the kernel starts again with the newest data.
 */
export interface PluginService<D = unknown, R = unknown> {
  /** Begins. Resolves with plain data for `ServiceThread.ready`, or rejects. */
  start(): Promise<R>;
  /** Goes on with other data, without losing work in progress. If it throws, the former data stay in use. */
  update(data: D): void;
  /** Ends at once. */
  stop(): void;
}

/** The default export of a module for `SinkContext.service`. `D`: data that the service is given, `R`: the result of its start. */
export interface ServiceDefinition<D = unknown, R = unknown> {
  create(data: D, tools: ServiceTools): PluginService<D, R>;
}

export const defineService = <D, R>(create: ServiceDefinition<D, R>['create']): ServiceDefinition<D, R> => ({ create });
