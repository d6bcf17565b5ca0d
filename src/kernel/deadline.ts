import { HubError, NS_PER_S, type Ns } from '../api/index.js';
import type { Host } from './host.js';

type Timers = Pick<Host, 'after'>;

/** Settles as `work` does. Rejects with `TH_PLUGIN_TIMEOUT` after `limitNs`; `purpose` ends the sentence "takes longer than 5 s …". */
export function within<T>(host: Timers, limitNs: Ns, purpose: string, work: Promise<T>): Promise<T> {
  return race(host, limitNs, work, () => {
    throw new HubError('TH_PLUGIN_TIMEOUT', `takes longer than ${limitNs / NS_PER_S} s ${purpose}`);
  });
}

/** Settles as `work` does, or resolves with undefined after `limitNs`, while `work` goes on. */
export function atMost<T>(host: Timers, limitNs: Ns, work: Promise<T>): Promise<T | undefined> {
  return race<T | undefined>(host, limitNs, work, () => undefined);
}

function race<T>(host: Timers, limitNs: Ns, work: Promise<T>, late: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = host.after(limitNs, () => {
      try {
        resolve(late());
      } catch (error) {
        reject(error as Error);
      }
    });
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}
