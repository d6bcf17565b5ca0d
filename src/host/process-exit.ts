import { loadLibc } from './libc.js';
import { loadNative } from './native.js';

/**
 * Ends the process with `status` after `delayMs`, even if this thread is busy. Does not wait for threads: Node's own exit waits
 * for each getaddrinfo(3) and open(2) that has begun. Without the addon SIGALRM ends it after `delayMs`, rounded up to seconds.
 */
export function exitWithin(delayMs: number, status: number): void {
  const { native } = loadNative();
  if (native !== undefined) native.exitWithin(delayMs, status);
  else if (delayMs === 0) loadLibc().exit(status);
  else loadLibc().alarm(Math.ceil(delayMs / 1000));
}

/** Requests that a thread of libuv's pool handles, by their names in `process.getActiveResourcesInfo()`. */
const THREAD_WORK = /^(FSReq|GetAddrInfoReq|GetNameInfoReq|WorkReq)/;

/** Ends the process at once. Does not wait for requests that may never end. */
export function exitNow(status: number): never {
  if (process.getActiveResourcesInfo().some((name) => THREAD_WORK.test(name))) exitWithin(0, status);
  process.exit(status);
}
