import { AsyncResource } from 'node:async_hooks';

/**
 * Calls `handler` in the asynchronous context in which it was registered. What it throws becomes an uncaught exception of
 * that same context, so that the kernel can tell whose it is, and what follows in the batch is still delivered.
 */
export function inContext<A extends unknown[]>(handler: (...parameters: A) => void): (...parameters: A) => void {
  const resource = new AsyncResource('timehub.handler');
  return (...parameters) => {
    resource.runInAsyncScope(() => {
      try {
        handler(...parameters);
      } catch (error) {
        process.nextTick(() => {
          throw error;
        });
      }
    });
  };
}
