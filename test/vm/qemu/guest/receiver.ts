/**
 * Runs in the guest: acts as gpsd with a receiver. The receiver's time is that of a hardware clock, and its pulses carry stamps
 * of the machine's clock. It sets neither clock.
 *
 *   node receiver.mjs PORT CLOCK
 */
import { openHost } from '../../../../src/host/host.js';
import { LoopbackGpsd } from '../../../../src/lab/loopback/gpsd-server.js';
import { parseLab } from '../../../../src/lab/loopback/lab-table.js';
import { createRandom } from '../../../../src/lab/random.js';

const [port, name] = process.argv.slice(2) as [string, string];
const TAI_MINUS_UTC_NS = 37_000_000_000n;
const SAMPLES = 15;

const host = openHost();
const reference = host.openClock(`phc:${name}`);

const world = {
  after: host.after,
  now() {
    const clock = host.clocks[0]!.read().time;
    const ahead = BigInt(Math.round(reference.compare(SAMPLES).offsetNs));
    return { truth: clock - ahead - TAI_MINUS_UTC_NS, clock };
  },
};

const table = { name: 'receiver', listen: `127.0.0.1:${port}`, jitter: '0s' };
const [receiver] = parseLab({ gpsd: [table] }).gpsd;
await new LoopbackGpsd(receiver!, world, createRandom(1)).start();
