/**
 * tsyringe looks for the polyfill reflect-metadata when it is loaded, but tokens and factories do not need it. This saves its
 * 8 MB. Import it before tsyringe.
 */
const reflect = Reflect as { getMetadata?: (...args: unknown[]) => unknown };
reflect.getMetadata ??= () => undefined;
