import { createServer, type Socket } from 'node:net';
import { device, devices, fix, sky, version } from '../../../src/lab/nodes/gpsd-records.js';
import { GPSD_PORT } from '../addresses.js';
import type { Attack } from '../attack.js';

const LINES_PER_SECOND = 1000;
const TICK_MS = 10;
const RECEIVER = '/dev/rogue';

/** Acts as a gpsd whose lines all differ: release, devices, satellites, fix, leap seconds. */
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

/** Makers of changing records. Most are about the receiver that the hub follows: its satellites, its fix, its leap seconds. */
const RECORDS: readonly ((round: number, now: bigint) => object)[] = [
  (round) => sky(RECEIVER, round % 12),
  (round, now) => fix(RECEIVER, now, 1 + (round % 3), 18 - (round % 2)),
  (round) => ({ ...version(), release: `3.${round}`, proto_major: round }),
  (round, now) => devices([RECEIVER, ...newPaths(round)].map((path) => device(path, isoOf(now)))),
  (round) => ({ ...sky(RECEIVER, 0), nSat: round % 60, uSat: round % 4 }),
  (round, now) => fix(`/dev/fix${round}`, now, 3, 18),
  (round, now) => device(RECEIVER, round % 2 === 0 ? 0 : isoOf(now)),
  (round) => sky(`/dev/sky${round}`, 12),
];

function recordOf(line: number): object {
  const now = BigInt(Date.now()) * 1_000_000n;
  return RECORDS[line % RECORDS.length]!(Math.floor(line / RECORDS.length), now);
}

const newPaths = (round: number): readonly string[] => Array.from({ length: 150 }, (_, n) => `/dev/list${round}-${n}`);

const isoOf = (ns: bigint): string => new Date(Number(ns / 1_000_000n)).toISOString();

/** Writes a line, or drops it if the hub does not read. */
function send(socket: Socket, record: object): void {
  if (!socket.writableNeedDrain) socket.write(`${JSON.stringify(record)}\r\n`);
}
