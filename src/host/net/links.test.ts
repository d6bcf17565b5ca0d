import { expect } from 'chai';
import type { Native } from '../native.js';
import { Links } from './links.js';

const UP_AND_RUNNING = 0x1 | 0x40;

function scene() {
  const state = { index: 7, flags: UP_AND_RUNNING };
  let look = (): void => {};
  let open = 0;
  const native = {
    readInterface: () => {
      if (state.index === 0) throw Object.assign(new Error('SIOCGIFINDEX'), { errno: 19 });
      return { ...state, mac: '', clock: -1, stamps: 0, transmitTypes: 0, receiveFilters: 0 };
    },
    watchLinks: (onBatch: () => void) => {
      look = onBatch;
      open++;
      return 1;
    },
    close: () => void open--,
  } as unknown as Native;
  const heard: string[] = [];
  const links = new Links(native);
  const watch = links.watch('eth0', (running) => heard.push(running ? 'up' : 'down'));
  const change = (next: Partial<typeof state>): void => {
    Object.assign(state, next);
    look();
  };
  return { heard, change, watch, sockets: () => open };
}

describe('a watched interface', () => {
  it('is reported when its carrier comes and goes, and for nothing else', () => {
    const { heard, change, watch, sockets } = scene();
    change({});
    change({ flags: 0x1 });
    change({ flags: UP_AND_RUNNING });
    change({ index: 0 });
    change({ index: 8 });
    expect(heard).to.deep.equal(['down', 'up', 'down', 'up']);
    watch.close();
    expect(sockets()).to.equal(0);
  });

  it('goes down and comes up when another interface takes its name, however quickly', () => {
    const { heard, change } = scene();
    change({ index: 9 });
    expect(heard).to.deep.equal(['down', 'up']);
  });
});
