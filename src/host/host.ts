import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { cleanText } from '../api/index.js';
import type { Host } from '../kernel/host.js';
import { openClocks } from './clocks.js';
import { findLeapSeconds } from './leap-seconds.js';
import { loadNative } from './native.js';
import { innerNetworks } from './net/inner-networks.js';
import { openNetwork } from './net/network.js';
import { openPhc } from './phc/clock.js';
import { openPhcDevice } from './phc/device.js';
import { notifyService } from './service.js';
import { openSharedMemory } from './shared-memory.js';
import { openSystemClock, stampNow } from './system-clock.js';
import { startService } from './threads/services.js';
import { openWorkers } from './threads/workers.js';
import { after } from './timers.js';

/** Opens this machine as the kernel's host. Throws `TH_HOST_LIBC` when neither the addon nor koffi can read its clocks. */
export function openHost(): Host {
  const { native, missing } = loadNative();
  const clocks = openClocks(native);
  return {
    name: cleanText(hostname()),
    stamps: native === undefined ? 'user' : 'kernel',
    notes: missing === '' ? [] : [`user-space stamps, worth a millisecond: ${missing}`],
    network: openNetwork(native, () => stampNow(clocks)),
    sharedMemory: (options) => openSharedMemory(native, options),
    innerNetworks,
    clocks: [openSystemClock(clocks, native)],
    openClock: (id, wishes) => openPhc(openPhcDevice(id, native), clocks, wishes),
    monotonic: () => clocks.raw(),
    slept: () => clocks.slept(),
    after,
    random: (octets) => randomBytes(octets),
    workers: native && openWorkers(native),
    startService,
    aesSiv: native?.hasAesSiv() === true ? native.aesSiv : undefined,
    leapSeconds: () => findLeapSeconds(),
    notify: (state) => notifyService(native, state),
    close: () => {},
  };
}
