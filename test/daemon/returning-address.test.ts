import { execFileSync } from 'node:child_process';
import type { StatusReport } from 'timehub/api';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { skip } from '../need.js';

const NAMESPACE = `timehub-address-${process.pid}`;
const ip = (...parameters: string[]): void => {
  execFileSync('ip', parameters, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 20_000 });
};

const CONFIG = `
[hub]
free-run = true
[sink.ntp.address]
listen = "10.99.0.1:123"
[sink.csptp.address]
listen = "10.99.0.1:1319"
`;
const isGone = ({ state, reason }: StatusReport['sinks'][number]): boolean =>
  state === 'degraded' && reason === '10.99.0.1 is at no interface that is up: no client is served there';
const servers = ({ sinks }: StatusReport) => sinks.filter(({ id }) => id !== 'observability.test');

/** Asks the NTP server from within the namespace. Throws if no reply comes. */
const ask = (): void => {
  const script = `const s = require('node:dgram').createSocket('udp4'), q = Buffer.alloc(48, 7); q[0] = 0x23;
    s.on('message', () => process.exit(0)); s.send(q, 123, '10.99.0.1'); setTimeout(() => process.exit(1), 5000);`;
  execFileSync('ip', ['netns', 'exec', NAMESPACE, process.execPath, '-e', script], { timeout: 20_000 });
};

describe('a server whose address goes', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('says so, and serves again when the address is back', async function () {
    if (process.getuid?.() !== 0) skip(this, 'network namespaces can be made by root only');
    try {
      ip('netns', 'add', NAMESPACE);
    } catch {
      skip(this, 'network namespaces cannot be made here');
    }
    bench.later(() => ip('netns', 'delete', NAMESPACE));
    const inside = (...parameters: string[]): void => ip('-n', NAMESPACE, ...parameters);
    inside('link', 'set', 'lo', 'up');
    inside('link', 'add', 'vA', 'type', 'veth', 'peer', 'name', 'vB');
    inside('link', 'set', 'vA', 'up');
    inside('link', 'set', 'vB', 'up');
    inside('address', 'add', '10.99.0.1/24', 'dev', 'vA');
    const hub = await Hub.startAs(bench, 'hub', ['ip', 'netns', 'exec', NAMESPACE], CONFIG);
    await hub.until((status) => servers(status).every(({ state }) => state === 'running'));

    inside('address', 'delete', '10.99.0.1/24', 'dev', 'vA');
    await hub.until((status) => servers(status).every(isGone), 8000);
    inside('address', 'add', '10.99.0.1/24', 'dev', 'vA');
    await hub.until((status) => servers(status).every(({ state }) => state === 'running'), 8000);
    ask();
  });
});
