import { defineService, HubError } from '../../api/index.js';

/** The deed that a test wants of its service. */
export type EchoData = 'work' | 'refuse' | 'throw' | 'hang' | { readonly counts: SharedArrayBuffer };

/** A service for tests: it counts its timers in shared memory. */
export default defineService<EchoData, string>((data, tools) => {
  const act = (what: EchoData): void => {
    if (what === 'refuse') throw new HubError('TH_NET_OPEN', 'it cannot listen', { hint: 'try later' });
    if (what === 'throw')
      tools.after(1e6, () => {
        throw new Error('the test wants it');
      });
    if (what === 'hang')
      tools.after(1e6, () => {
        for (;;);
      });
    if (typeof what === 'object') Atomics.add(new Int32Array(what.counts), 0, 1);
  };
  return {
    start: async () => {
      act(data);
      return `${tools.random(4).length} ${tools.monotonic() > 0n}`;
    },
    update: act,
    stop: () => {},
  };
});
