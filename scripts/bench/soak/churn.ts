import { createSocket } from 'node:dgram';
import { request } from 'node:http';
import type { Bench } from '../../../test/bench.js';

/** Repeats `work`, each time `ms` after its last end, until the bench is cleared. */
export function again(bench: Bench, ms: number, work: () => Promise<unknown>): void {
  let timer: NodeJS.Timeout;
  let ended = false;
  const next = async (): Promise<void> => {
    await work().catch(() => {});
    if (!ended) timer = setTimeout(next, ms);
  };
  timer = setTimeout(next, ms);
  bench.later(() => {
    ended = true;
    clearTimeout(timer);
  });
}

/** Sends requests of NTP clients that come and go, each with its own address. */
export function ntpClients(bench: Bench, port: number) {
  let client = 0;
  const asked = { requests: 0, replies: 0 };
  again(bench, 20, async () => {
    client = (client + 1) % 60_000;
    const socket = createSocket('udp4');
    const address = `127.1.${client >> 8}.${client & 255}`;
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    const packet = Buffer.alloc(48);
    packet[0] = 0x23;
    packet.writeUInt32BE(client, 40);
    const answered = new Promise<boolean>((resolve) => {
      socket.once('message', () => resolve(true));
      setTimeout(() => resolve(false), 500).unref();
    });
    socket.send(packet, port, '127.0.0.1');
    asked.requests++;
    if (await answered) asked.replies++;
    socket.close();
  });
  return asked;
}

/** Acts as browsers that load the page, watch the stream of events and leave, and as collectors that return. */
export function webClients(bench: Bench, port: number) {
  const asked = { pages: 0, streams: 0, faults: 0 };
  const get = async (path: string): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    await answer.text();
    if (answer.status === 200) asked.pages++;
    else asked.faults++;
  };
  const paths = ['/', '/main.js', '/style.css', '/uplot.js', '/v1/status', '/v1/why', '/metrics', '/v1/sources/ntp.a'];
  let turn = 0;
  again(bench, 250, () => get(paths[turn++ % paths.length]!));
  again(bench, 1000, () => watchFor(port, 1000 + (turn % 5) * 1000).then(() => asked.streams++));
  return asked;
}

function watchFor(port: number, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const stream = request({ host: '127.0.0.1', port, path: '/v1/events' }, (response) => response.resume()).end();
    stream.on('error', () => resolve()).on('close', resolve);
    setTimeout(() => stream.destroy(), ms);
  });
}
