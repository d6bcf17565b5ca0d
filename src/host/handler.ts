import { AsyncResource } from 'node:async_hooks';

/**
 * Wraps `handler` so that it runs in the asynchronous context in which it was registered. An error that it throws becomes an
 * uncaught exception of that context: the kernel attributes it to the right instance, and the rest of the batch is delivered.
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
