import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

const program = (addon: string) => `
  process.env.TIMEHUB_ADDON = ${JSON.stringify(addon)} || process.env.TIMEHUB_ADDON;
  if (process.env.TIMEHUB_ADDON === 'undefined') delete process.env.TIMEHUB_ADDON;
  const { AsyncLocalStorage } = await import('node:async_hooks');
  const { openHost } = await import(${JSON.stringify(new URL('./host.js', import.meta.url).href)});
  const scope = new AsyncLocalStorage();
  process.on('uncaughtException', (error) => console.log(scope.getStore(), error.message));
  const { network } = openHost();
  const server = network.udp({ address: '127.0.0.1' });
  const client = network.udp({ peer: server.local });
  scope.run('plugin a', () => server.onDatagram((datagram) => {
    console.log(scope.getStore(), 'hears', datagram.payload[0]);
    if (datagram.payload[0] === 3) { server.close(); client.close(); }
    throw new Error('boom ' + datagram.payload[0]);
  }));
  scope.run('plugin b', () => { for (const i of [1, 2, 3]) client.send(Uint8Array.of(i)); });
`;

describe('a handler that throws', () => {
  for (const [name, addon] of [
    ['with kernel stamps', ''],
    ['without the addon', 'none'],
  ] as const) {
    it(`is known by its context and keeps nothing from the rest of the batch: ${name}`, () => {
      const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program(addon)], {
        encoding: 'utf8',
      });
      const lines = stdout.trim().split('\n');
      expect(lines.filter((line) => line.includes('hears'))).to.deep.equal([1, 2, 3].map((i) => `plugin a hears ${i}`));
      expect(lines.filter((line) => line.includes('boom'))).to.deep.equal([1, 2, 3].map((i) => `plugin a boom ${i}`));
      expect(status).to.equal(0);
    });
  }
});
