/**
 * Acts as gpsd on 127.0.0.1 with a receiver whose time is that of the system clock. Prints its port. Each line of its input is
 * a state of the receiver as JSON, `{"mode":3,"leapseconds":18}`, which lasts until the next line.
 */
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

interface Fix {
  /** Fix: 1 none, 3 with altitude. */
  readonly mode: number;
  /** GPS − UTC, s. */
  readonly leapseconds: number;
}

const DEVICE = '/dev/fake';
/** Delay of a report after its second, ms, like that of a receiver with gpsd. */
const LATENCY_MS = 30;

let fix: Fix = { mode: 1, leapseconds: 18 };
const listeners = new Set<Socket>();

const server = createServer((socket) => {
  listeners.add(socket);
  socket.on('error', () => {}).on('close', () => listeners.delete(socket));
  const devices = [{ class: 'DEVICE', path: DEVICE, activated: new Date().toISOString(), driver: 'fake' }];
  tell([{ class: 'VERSION', release: '3.25', proto_major: 3, proto_minor: 15 }], [socket]);
  socket.once('data', () => tell([{ class: 'DEVICES', devices }], [socket]));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.stdout.write(`port ${address?.port}\n`);
});
createInterface({ input: process.stdin }).on('line', (line) => {
  fix = JSON.parse(line) as Fix;
});
speakNext();

function speakNext(): void {
  setTimeout(
    () => {
      speak(Math.floor((Date.now() - LATENCY_MS / 2) / 1000));
      speakNext();
    },
    1000 - ((Date.now() - LATENCY_MS) % 1000),
  );
}

function speak(second: number): void {
  const { mode, leapseconds } = fix;
  const used = mode === 3 ? 9 : 0;
  const time = new Date(second * 1000).toISOString();
  const pulse = { real_sec: second, real_nsec: 0, clock_sec: second, clock_nsec: 0, precision: -20 };
  tell([
    { class: 'TPV', device: DEVICE, mode, ...(mode === 3 ? { time, leapseconds } : {}) },
    { class: 'SKY', device: DEVICE, nSat: 12, uSat: used },
    ...(mode === 3 ? [{ class: 'PPS', device: DEVICE, ...pulse }] : []),
  ]);
}

function tell(records: readonly object[], to: Iterable<Socket> = listeners): void {
  const text = records.map((record) => `${JSON.stringify(record)}\r\n`).join('');
  for (const socket of to) socket.write(text);
}
