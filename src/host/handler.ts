import { AsyncResource } from 'node:async_hooks';

/**
 * The asynchronous context of the handlers of one socket, that in which the last of them was registered. It is entered once for a
 * batch of datagrams, because entering it takes longer than most handlers do.
 */
export class ContextOfHandlers {
  #resource = new AsyncResource('timehub.handler');

  /** Calls `deliver`, which calls guarded handlers, in this context. */
  run(deliver: () => void): void {
    this.#resource.runInAsyncScope(deliver);
  }

  /** An error that `handler` throws becomes an uncaught exception of this context, and the rest of the batch is delivered. */
  guard<A extends unknown[]>(handler: (...parameters: A) => void): (...parameters: A) => void {
    this.#resource = new AsyncResource('timehub.handler');
    return (...parameters) => {
      try {
        handler(...parameters);
      } catch (error) {
        process.nextTick(() => {
          throw error;
        });
      }
    };
  }
}

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
