import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { Streams, type Viewer } from './streams.js';

const GROUP = { most: 16, mostOfPeer: 8 };
const FRAME = new Uint8Array(1000);

/** A client that reads its data or does not. */
class FakeViewer implements Viewer {
  readonly group = GROUP;
  readonly peer: string;
  cut = false;
  progress = 0;
  readonly #takes: boolean;
  readonly #response = Object.assign(new EventEmitter(), {
    writableLength: 0,
    write: (data: Uint8Array) => this.#write(data),
  });

  constructor(peer: string, takes: boolean) {
    this.peer = peer;
    this.#takes = takes;
  }

  get response(): Viewer['response'] {
    return this.#response as unknown as Viewer['response'];
  }

  onProgress(): void {
    this.progress++;
  }

  onCut(): void {
    this.cut = true;
  }

  #write(data: Uint8Array): boolean {
    if (!this.#takes) this.#response.writableLength += data.length;
    return this.#takes;
  }
}

describe('all event streams', () => {
  let now: number;
  let streams: Streams;
  const open = (peer: string, takes: boolean): FakeViewer => {
    const viewer = new FakeViewer(peer, takes);
    expect(streams.admits(viewer)).to.equal(true);
    streams.open(viewer, FRAME);
    return viewer;
  };

  beforeEach(() => {
    now = 0;
    streams = new Streams(() => now);
  });

  it('lose one that has had unread data for more than 10 s', () => {
    const [slow, good] = [open('a', false), open('b', true)];
    now = 10_000;
    streams.send(FRAME);
    expect([slow.cut, good.cut]).to.deep.equal([false, false]);
    now = 10_001;
    streams.send(FRAME);
    expect([slow.cut, good.cut, streams.size]).to.deep.equal([true, false, 1]);
    expect(good.progress).to.equal(2);
  });

  it('hold at most a megabyte of unread data together: the one with the most is cut', () => {
    const lazy = Array.from({ length: 4 }, (_, index) => open(`a${index}`, false));
    const good = open('b', true);
    for (let second = 0; second < 9; second++) streams.send(new Uint8Array(60_000));
    const left = lazy.filter(({ cut }) => !cut).reduce((sum, { response }) => sum + response.writableLength, 0);
    expect(left).to.be.within(1, 1 << 20);
    expect(lazy.some(({ cut }) => cut)).to.equal(true);
    expect(good.cut).to.equal(false);
  });
});
