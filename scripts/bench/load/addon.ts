import { type BatchHandler, loadNative, type Native } from '../../../src/host/native.js';
import { type Arena, arenaOf, DATAGRAM } from '../../../src/host/net/arena.js';

const loaded = loadNative();
if (loaded.native === undefined) throw new Error(loaded.missing);

export const native: Native = loaded.native;

/** Returns a handler that gives each datagram of a batch to `take`. */
export const eachDatagram =
  (take: (arena: Arena, record: number) => void): BatchHandler =>
  (buffer, count) => {
    const arena = arenaOf(buffer);
    for (let record = 0; record < count; record++) if (arena.kind(record) === DATAGRAM) take(arena, record);
  };
