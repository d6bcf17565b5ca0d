import type { Native } from './native.js';

/**
 * Sends a state line such as `READY=1` to the service manager (sd_notify(3)). Does nothing without one, and ignores a manager
 * that does not listen.
 */
export function notifyService(native: Native | undefined, state: string, path = process.env.NOTIFY_SOCKET): void {
  if (native === undefined || path === undefined || path === '') return;
  try {
    native.sendUnix(path, Buffer.from(state));
  } catch {
    // The service manager notices by itself that no message comes.
  }
}
