import { existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import type { HubError } from 'timehub/api';
import { DashboardBench } from './testing/dashboard-bench.js';
import { ask } from './testing/http-client.js';

describe('the observability sink', () => {
  let bench: DashboardBench;

  beforeEach(() => {
    bench = new DashboardBench();
  });

  afterEach(() => bench.close());

  it('serves the same at the socket and at the port', async () => {
    await bench.start();
    const [first, second] = [
      await ask({ socketPath: bench.socket, path: '/v1/status' }),
      await ask({ port: bench.port, path: '/v1/status' }),
    ];
    expect(first.status).to.equal(200);
    expect(first.headers['content-type']).to.match(/^application\/json/);
    expect(JSON.parse(first.text)).to.deep.include({ schema: 1, mode: 'tracking' });
    expect(second.text).to.equal(first.text);
  });

  it('lets only owner and group use the socket', async () => {
    await bench.start();
    expect(statSync(bench.socket).mode & 0o777).to.equal(0o660);
  });

  it('removes the socket and closes the port when it stops', async () => {
    const running = await bench.start();
    const { port } = bench;
    await running.stop();
    expect(existsSync(bench.socket)).to.equal(false);
    const next = createServer();
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
    next.close();
  });

  it('fails with a clear error when another hub has the socket', async () => {
    await bench.start({ listen: undefined });
    const error = await bench.start({ listen: undefined }).then(
      () => undefined,
      (reason: HubError) => reason,
    );
    expect(error?.code).to.equal('TH_NET_SOCKET');
    expect((await ask({ socketPath: bench.socket, path: '/v1/why' })).status).to.equal(200);
  });

  it('knows its own addresses', async () => {
    const error = await bench.start({ socket: 'none', listen: '192.0.2.77:11180' }).then(
      () => undefined,
      (reason: HubError) => reason,
    );
    expect(error?.code).to.equal('TH_NET_ADDRESS');
  });

  describe('at a busy port', () => {
    let other: Server;
    let listen: string;

    beforeEach(async () => {
      other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      listen = `127.0.0.1:${(other.address() as { port: number }).port}`;
    });

    afterEach(() => {
      other.close();
    });

    it('fails with a code when it has no other listener', async () => {
      const error = await bench.start({ socket: 'none', listen }).then(
        () => undefined,
        (reason: HubError) => reason,
      );
      expect(error?.code).to.equal('TH_NET_PORT_BUSY');
      expect(error?.hint).to.contain('ss -ltnp');
    });

    it('serves the socket meanwhile, and takes the port when it becomes free', async () => {
      await bench.start({ listen });
      expect(bench.fake.health.at(-1)).to.deep.include({ state: 'degraded' });
      expect(bench.fake.warnings[0]?.fields).to.deep.include({ code: 'TH_NET_PORT_BUSY' });
      expect((await ask({ socketPath: bench.socket, path: '/v1/why' })).status).to.equal(200);
      await new Promise((resolve) => other.close(resolve));
      await bench.fake.fire(2e9);
      expect(bench.fake.health.at(-1)?.state).to.equal('ok');
      expect((await ask({ port: bench.port, path: '/v1/why' })).status).to.equal(200);
    });
  });
});
