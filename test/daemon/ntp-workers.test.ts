import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { loadNative } from '../../src/host/native.js';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { freeUdpPort } from '../place.js';
import { until } from '../poll.js';

const CLIENTS = 30;

/** Clients at 127.0.1.1 and up, which ask again and again and keep count. */
class Clients {
  asked = 0;
  readonly answered = new Set<number>();
  readonly #sockets: Socket[] = [];
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async open(): Promise<void> {
    for (let i = 0; i < CLIENTS; i++) {
      const socket = createSocket('udp4').bind(0, `127.0.1.${i + 1}`);
      await once(socket, 'listening');
      socket.on('message', (reply) => this.answered.add(reply.readUInt32BE(24)));
      this.#sockets.push(socket);
    }
  }

  ask(): void {
    const request = Buffer.alloc(48);
    request[0] = 0x23;
    request.writeUInt32BE(++this.asked, 40);
    this.#sockets[this.asked % CLIENTS]!.send(request, this.#port, '127.0.0.1');
  }

  /** Asks four times a millisecond. */
  async askFor(ms: number): Promise<void> {
    for (const end = performance.now() + ms; performance.now() < end; await pause(1)) {
      for (let i = 0; i < 4; i++) this.ask();
    }
  }

  /** Returns the number of requests without a reply, once no more replies come. */
  async lost(): Promise<number> {
    await until(
      async () => this.answered.size,
      (size) => size === this.asked,
      3000,
    ).catch(() => {});
    return this.asked - this.answered.size;
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }
}

describe('an NTP server with workers', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(function () {
    if (loadNative().native === undefined) this.skip();
    bench = new Bench();
  });
  afterEach(() => bench?.clear());

  async function serving(options: string, more = '') {
    const port = await freeUdpPort();
    const config = (sink: string) =>
      `[hub]\nfree-run = true\n${more.replace('PORT', `${port}`)}\n[sink.ntp.s]\nlisten = "127.0.0.1:${port}"\n${sink}\n`;
    const hub = await Hub.start(bench, config(options));
    const rewrite = (sink: string) => {
      const control = `[sink.observability.test]\nsocket = "${bench.folder.at('hub.sock')}"\n`;
      writeFileSync(bench.folder.at('hub.toml'), `${config(sink)}\n${control}`);
      hub.process.signal('SIGHUP');
    };
    await hub.until(({ sinks }) => sinks.every(({ state }) => state === 'running'));
    const clients = new Clients(port);
    bench.later(() => clients.close());
    await clients.open();
    return { hub, clients, rewrite };
  }

  it('answers each client, counts, and shows its workers', async () => {
    const { hub, clients } = await serving('threads = 3');
    await clients.askFor(300);
    expect(await clients.lost()).to.equal(0);
    const shown = await hub.cli('show', 'ntp.s');
    expect(shown.output)
      .to.match(/workers\s+3\n/)
      .and.match(new RegExp(`replies\\s+${clients.asked}\\n`));
    expect(await hub.text('/metrics')).to.include(`timehub_sink_ntp_replies_total{id="ntp.s"} ${clients.asked}\n`);
    expect(await hub.stop()).to.deep.equal({ code: 0, signal: null });
  });

  it('recognises the request of this hub itself', async () => {
    const { hub } = await serving('threads = 1', '[source.ntp.self]\naddress = "127.0.0.1:PORT"\npoll-min = "125ms"\n');
    const { reason } = await hub.untilSource('ntp.self', ({ reason }) => /this hub itself/.test(reason));
    expect(reason).to.match(/its request came in at its own server ntp\.s/);
  });

  it('loses no request when the configuration is read again under load', async () => {
    const { hub, clients, rewrite } = await serving('threads = 3');
    const load = clients.askFor(4000);
    for (let i = 0; i < 6; i++) {
      await pause(500);
      rewrite(`threads = 3\ndeny = ["192.0.2.${i}"]`);
    }
    await load;
    expect(clients.asked).to.be.above(2000);
    expect(await clients.lost()).to.equal(0);
    const events = await hub.events();
    expect(events.filter(({ text }) => /ntp\.s .*(stopped|starting)/.test(text))).to.deep.equal([]);
  });
});
