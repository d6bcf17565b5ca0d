import { expect } from 'chai';
import type { Ns } from '../../api/index.js';
import { createRandom } from '../random.js';
import { BurstLoss } from './burst-loss.js';
import { DelayModes } from './delay-modes.js';
import { cross, type Link, wire } from './link.js';
import { type FloorShape, MovingFloor } from './moving-floor.js';
import { RecordedDelays } from './recorded-delays.js';

/** Delays of datagrams sent each `everyNs`; undefined: lost. */
function delaysOf(link: Link, count: number, everyNs: Ns = 1e9): readonly (Ns | undefined)[] {
  const random = createRandom(1, 'node');
  return Array.from({ length: count }, (_, i) => cross(link, random, i * everyNs));
}

describe('a link', () => {
  it('replays recorded delays beyond its base, and begins again', () => {
    const delays = new RecordedDelays(Float64Array.of(1, 2, 3), 2);
    expect(delaysOf(wire({ baseNs: 100, delays }), 4)).to.deep.equal([103, 101, 102, 103]);
  });

  it('takes each delay from one of its modes, by their shares', () => {
    const late = { share: 0.9, atNs: 16_000, jitterNs: 20, shape: 'norm' } as const;
    const early = { share: 0.1, atNs: 4500, jitterNs: 0, shape: 'norm' } as const;
    const found = delaysOf(wire({ baseNs: 1000, delays: new DelayModes([late, early]) }), 10_000) as Ns[];
    expect(found.filter((ns) => ns === 5500).length).to.be.within(900, 1100);
    const rest = found.filter((ns) => ns !== 5500);
    expect(Math.min(...rest)).to.be.above(16_850);
    expect(rest.reduce((sum, ns) => sum + ns, 0) / rest.length).to.be.closeTo(17_000, 1);
  });

  it('has a floor that moves between 0 and the amplitude', () => {
    const floorOf = (shape: FloorShape) => {
      const floor = new MovingFloor({ shape, amplitudeNs: 9000, periodNs: 900e9 }, createRandom(1, 'floor'));
      return delaysOf(wire({ floor }), 9000) as Ns[];
    };
    for (const shape of ['sine', 'ramp'] as const) {
      const delays = floorOf(shape);
      expect(Math.min(...delays), shape).to.be.within(0, 20);
      expect(Math.max(...delays), shape).to.be.within(8980, 9000);
      expect(delays[0], shape).to.be.closeTo(delays[900]!, 1e-6);
    }
    const walk = floorOf('walk');
    expect(Math.min(...walk)).to.be.at.least(0);
    expect(Math.max(...walk)).to.be.within(8000, 9000);
    const steps = walk.slice(1).map((ns, i) => (ns - walk[i]!) ** 2);
    expect(Math.sqrt(steps.reduce((sum, each) => sum + each, 0) / steps.length)).to.be.closeTo(300, 15);
  });

  it('loses datagrams in bursts that are as long at any interval', () => {
    for (const everyNs of [1e9, 10e9]) {
      const bursts = new BurstLoss({ everyNs: 600e9, lastNs: 60e9, loss: 1 }, createRandom(1, 'bursts'));
      const lost = delaysOf(wire({ bursts }), 200_000, everyNs).map((ns) => ns === undefined);
      const share = lost.filter(Boolean).length / lost.length;
      expect(share).to.be.closeTo(60 / 660, 0.015);
      const begins = lost.filter((each, i) => each && lost[i - 1] === false).length;
      expect(((lost.length * share) / begins) * everyNs).to.be.closeTo(60e9, 8e9);
    }
    const half = new BurstLoss({ everyNs: 1e9, lastNs: 1e15, loss: 0.5 }, createRandom(1, 'bursts'));
    const lost = delaysOf(wire({ bursts: half }), 10_000, 60e9).filter((ns) => ns === undefined).length;
    expect(lost / 10_000).to.be.closeTo(0.5, 0.02);
  });

  it('draws as without them where it has none of these', () => {
    const plain = delaysOf(wire({ baseNs: 100, jitterNs: 10, shape: 'exp', loss: 0.1 }), 100);
    const floor = new MovingFloor({ shape: 'walk', amplitudeNs: 1, periodNs: 1e18 }, createRandom(1, 'floor'));
    const moved = delaysOf(wire({ baseNs: 100, jitterNs: 10, shape: 'exp', loss: 0.1, floor }), 100);
    for (const [i, ns] of plain.entries())
      if (ns === undefined) expect(moved[i]).to.equal(undefined);
      else expect(moved[i]).to.be.closeTo(ns, 1);
  });
});
