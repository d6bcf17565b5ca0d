import { loadLibc } from './libc.js';
import { loadNative } from './native.js';

/**
 * Ends the process at the latest after `delayMs`, with `status`, also while this thread is busy. Threads are not waited for:
 * Node's own exit waits until each getaddrinfo(3) and each open(2) that was begun has ended. Without the addon a delayed exit
 * is that of SIGALRM.
 */
export function exitWithin(delayMs: number, status: number): void {
  const { native } = loadNative();
  if (native !== undefined) native.exitWithin(delayMs, status);
  else if (delayMs === 0) loadLibc().exit(status);
  else loadLibc().alarm(Math.ceil(delayMs / 1000));
}

/** Requests that a thread of libuv's pool works on. Their names are those of `process.getActiveResourcesInfo()`. */
const THREAD_WORK = /^(FSReq|GetAddrInfoReq|GetNameInfoReq|WorkReq)/;

/** Ends the process at once, without waiting for requests that may never end. */
export function exitNow(status: number): never {
  if (process.getActiveResourcesInfo().some((name) => THREAD_WORK.test(name))) exitWithin(0, status);
  process.exit(status);
}
