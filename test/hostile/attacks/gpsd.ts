import { createServer, type Socket } from 'node:net';
import { device, devices, fix, sky, version } from '../../../src/lab/gpsd-records.js';
import { GPSD_PORT } from '../addresses.js';
import type { Attack } from '../attack.js';

const LINES_PER_SECOND = 1000;
const TICK_MS = 10;
const RECEIVERS = 3;
const S = 1_000_000_000n;

/** A gpsd that says something else in each line: its release, its devices, satellites, fix, leap seconds. */
export const gpsd: Attack = {
  name: 'a gpsd that changes everything with each line',
  from: 'hub',
  atLeast: LINES_PER_SECOND / 4,
  begin() {
    let lines = 0;
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.resume();
      const timer = setInterval(() => {
        for (let n = 0; n < (LINES_PER_SECOND * TICK_MS) / 1000; n++) send(socket, recordOf(lines++));
      }, TICK_MS);
      socket.on('close', () => clearInterval(timer));
    });
    server.listen(GPSD_PORT, '127.0.0.1');
    return () => lines;
  },
};

function recordOf(n: number): object {
  const path = `/dev/rogue${n % RECEIVERS}`;
  const now = BigInt(Date.now()) * 1_000_000n;
  const round = Math.floor(n / KINDS);
  switch (n % KINDS) {
    case 0:
      return { ...version(), release: `3.${round}`, proto_major: round };
    case 1:
      return devices(Array.from({ length: 1 + (round % 50) }, (_, k) => device(`/dev/rogue${round + k}`, isoOf(now))));
    case 2:
      return device(path, round % 2 === 0 ? 0 : isoOf(now));
    case 3:
      return sky(path, round % 12);
    case 4:
      return fix(path, (now / S) * S, 1 + (round % 3), 18 - (round % 2));
    default:
      return { ...sky(`/dev/new${n}`, round % 12), nSat: round % 60 };
  }
}

const KINDS = 6;

const isoOf = (ns: bigint): string => new Date(Number(ns / 1_000_000n)).toISOString();

/** The hub that does not read is not waited for, nor is its share kept. */
function send(socket: Socket, record: object): void {
  if (!socket.writableNeedDrain) socket.write(`${JSON.stringify(record)}\r\n`);
}
