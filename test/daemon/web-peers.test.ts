import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { waitedForProcessorMs } from '../processes.js';

const PORT = 11_790;

/** Sends a request from the address `from`. Resolves with the status of the answer or the code of the error. */
function ask(path: string, from: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: PORT, localAddress: from });
    socket.setEncoding('latin1').on('connect', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
    socket.once('data', (text: string) => {
      socket.destroy();
      resolve(text.slice(9, 12));
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? ''));
    socket.once('close', () => resolve('closed'));
  });
}

describe('a hub whose web port strangers reach', function () {
  this.timeout(60_000);
  let bench: Bench;
  let hub: Hub;
  const peers: Socket[] = [];

  before(async () => {
    bench = new Bench();
    hub = await Hub.start(
      bench,
      `[hub]\nfree-run = true\n[sink.observability.port]\nsocket = "none"\nlisten = "127.0.0.1:${PORT}"\n`,
    );
  });

  afterEach(() => {
    for (const socket of peers.splice(0)) socket.destroy();
  });

  after(() => bench.clear());

  const silent = (options: { readonly port: number } | { readonly path: string }): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(options, resolve).on('error', () => socket.destroy());
      peers.push(socket);
    });

  /** Sends the same request again and again, reads nothing, and reconnects when it is cut off. */
  function pipeline(path: string, until: number): void {
    const requests = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(1000);
    const socket = connect(PORT, '127.0.0.1').pause();
    const send = (): void => {
      while (performance.now() < until && !socket.destroyed && socket.write(requests));
    };
    socket.on('connect', send).on('drain', send);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (performance.now() < until) setTimeout(pipeline, 10, path, until);
    });
    peers.push(socket);
  }

  // This test runs before the floods: they use up the allowance of new connections for 1 or 2 s.
  it('has a connection for a newcomer when a peer has taken all of them', async () => {
    for (let peer = 0; peer < 64; peer++) await silent({ port: PORT });
    for (let time = 0; time < 5; time++) expect(await ask('/v1/status', '127.0.0.2')).to.equal('200');
  });

  it('has a connection at the socket when silent clients have taken all of them', async () => {
    for (let client = 0; client < 64; client++) await silent({ path: hub.socket });
    for (let time = 0; time < 5; time++) expect((await hub.status()).schema).to.equal(1);
  });

  for (const path of ['/uplot.js', '/v1/snapshot', '/metrics']) {
    it(`answers at its socket while others send thousands of requests for ${path} at once`, async () => {
      expect(await ask(path, '127.0.0.2')).to.equal('200');
      const before = await hub.memory();
      const waitedBefore = waitedForProcessorMs(hub.process.pid);
      const end = performance.now() + 1200;
      for (let peer = 0; peer < 8; peer++) pipeline(path, end);
      let worst = 0;
      while (performance.now() < end) {
        const asked = performance.now();
        await hub.status();
        worst = Math.max(worst, performance.now() - asked);
        expect(readdirSync(`/proc/${hub.process.pid}/fd`).length, 'open files').to.be.below(100);
        await pause(20);
      }
      // The time for which other programs delayed the hub does not count.
      const waited = waitedForProcessorMs(hub.process.pid) - waitedBefore;
      expect(worst - waited, 'the longest wait for a status without that for the processor, ms').to.be.below(500);
      expect((await hub.memory()) - before, 'memory').to.be.below(60e6);
    });
  }

  it('counts what it refuses, and logs none of it', async () => {
    const metrics = await hub.text('/metrics');
    const refused = (labels: string): number =>
      Number(
        new RegExp(`^timehub_sink_observability_refusals_total\\{${labels}[^}]*\\} (\\d+)`, 'm').exec(metrics)?.[1],
      );
    expect(refused('via="port",reason="pipelining"')).to.be.above(0);
    expect(refused('via="port",reason="evicted"')).to.be.above(0);
    expect(refused('via="socket",reason="evicted"')).to.be.above(0);
    expect(hub.process.output.trimEnd().split('\n').length, hub.process.output).to.be.below(5);
  });
});
