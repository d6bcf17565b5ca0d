/**
 * tsyringe asks for the reflect-metadata polyfill when it is loaded and needs none of it with tokens and factories
 * (the polyfill costs 8 MB). Import this first.
 */
const reflect = Reflect as { getMetadata?: (...args: unknown[]) => unknown };
reflect.getMetadata ??= () => undefined;
