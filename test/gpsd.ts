import type { Bench } from './bench.js';
import type { Launched } from './launch.js';
import type { Peer } from './peers.js';
import { freeTcpPort } from './place.js';

/** Starts gpsd at 127.0.0.1 on one device, in its own IPC namespace: its shared memory would outlive it and affect others. */
export async function startGpsd(
  bench: Bench,
  gpsd: Peer,
  device: string,
): Promise<{ readonly port: number; readonly process: Launched }> {
  const port = await freeTcpPort();
  const isolate = process.getuid?.() === 0 ? ['-i'] : ['-r', '-i'];
  const launched = bench.launch(
    'unshare',
    [...isolate, gpsd.program, '-N', '-n', '-D', '1', '-S', String(port), device],
    { env: gpsd.env },
  );
  return { port, process: launched };
}
