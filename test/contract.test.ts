import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PluginDefinition } from 'timehub/api';
import { checkContract, createLabHost, wire } from 'timehub/testing';
import { Folder, root } from './place.js';

/** Tables that an instance needs in addition to the defaults. */
const TABLES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'source.csptp': { address: '192.0.2.9', interface: 'eth0' },
  'sink.csptp': { listen: '10.0.0.1:319', interface: 'eth0' },
  'source.gpsd': { address: '192.0.2.9:2947' },
  'source.ntp': { address: '192.0.2.9' },
  'source.nts': { address: '192.0.2.9' },
  'sink.observability': { socket: 'none', listen: '127.0.0.1:0' },
  'source.phc': { clock: 'eth0' },
  'sink.phc': { clock: 'eth0', steer: true },
  'source.ptp': { interface: 'eth0' },
  'sink.ptp': { interface: 'eth0' },
  'source.shm': { unit: 2 },
  'sink.shm': { unit: 3 },
  'source.sock': { path: '/run/chrony.ttyS0.sock' },
  'sink.sock': { path: '/run/chrony/timehub.sock' },
  'sink.system-clock': { steer: true },
};

/** A machine with one network interface, whose card has a clock, and without servers. */
function machine() {
  const host = createLabHost({ phcs: { ptp0: {} } });
  const mac = '02:00:00:00:00:01';
  host.network.plug(host.fabric.segment('lan'), { name: 'eth0', mac, addresses: ['10.0.0.1'], phc: 0, from: wire() });
  return host;
}

describe('the plugins of timehub keep the contract that third parties are held to', () => {
  const folder = new Folder();
  after(() => folder.close());
  /** Tables with the path of a file that the instance writes. */
  const filed = (id: string): Readonly<Record<string, unknown>> =>
    id === 'sink.clockbound' ? { path: folder.at('clockbound/shm0') } : {};

  for (const name of readdirSync(join(root, 'plugins'))) {
    const manifest = JSON.parse(readFileSync(join(root, 'plugins', name, 'plugin.json'), 'utf8')) as {
      readonly plugins: Readonly<Record<string, string>>;
    };
    for (const [id, module] of Object.entries(manifest.plugins)) {
      it(id, async () => {
        const path = join(root, 'dist/plugins', name, module);
        const { default: definition } = (await import(pathToFileURL(path).href)) as { default: PluginDefinition };
        await checkContract(definition, TABLES[id] ?? filed(id), { host: machine() });
      });
    }
  }
});
