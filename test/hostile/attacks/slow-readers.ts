import type { Socket } from 'node:net';
import type { Attack } from '../attack.js';
import { get, open } from './connections.js';

const READERS = 64;
const NEW_ONE_MS = 100;
const PATHS = ['/uplot.js', '/v1/snapshot', '/metrics', '/app.js'];

/** Holds clients that ask for much and never read. They do not notice a cut connection, so the oldest is replaced. */
export const slowReaders: Attack = {
  name: 'slow readers',
  atLeast: 1,
  begin() {
    let opened = 0;
    const readers: Socket[] = [];
    const add = (): void => {
      const path = PATHS[opened++ % PATHS.length]!;
      readers.push(
        open()
          .pause()
          .on('connect', function (this: Socket) {
            this.write(get(path));
          }),
      );
      if (readers.length > READERS) readers.shift()!.destroy();
    };
    for (let n = 0; n < READERS; n++) add();
    setInterval(add, NEW_ONE_MS);
    return () => opened;
  },
};
