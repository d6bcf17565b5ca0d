import { expect } from 'chai';
import fc from 'fast-check';
import { formatDuration, formatOffset, formatRate, parseDuration, parseRate } from './units.js';

describe('units', () => {
  for (const [text, ns] of [
    ['250us', 250e3],
    ['1.5 ms', 1.5e6],
    ['-3ns', -3],
    ['2h', 7200e9],
    ['1e3s', 1e12],
    ['64', undefined],
    ['3 lightyears', undefined],
    ['ms', undefined],
    ['1 constructor', undefined],
  ] as const) {
    it(`read "${text}" as ${ns === undefined ? 'no duration' : `${ns} ns`}`, () =>
      expect(parseDuration(text)).to.equal(ns));
  }

  it('read a rate in parts per billion', () => {
    expect(parseRate('-7.2ppm')).to.equal(-7200);
    expect(parseRate('5ppb')).to.equal(5);
    expect(parseRate('5ms')).to.equal(undefined);
  });

  for (const [ns, text] of [
    [0, '0 ns'],
    [412.3, '412 ns'],
    [999.6, '1 µs'],
    [1250, '1.25 µs'],
    [41e6, '41 ms'],
    [-5e8, '-500 ms'],
    [-0.001, '0 ns'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '∞'],
    [null as never, '–'],
  ] as const) {
    it(`write ${ns} ns as "${text}"`, () => expect(formatDuration(ns)).to.equal(text));
  }

  it('write an offset with its sign in a word: a positive one is a slow clock', () => {
    expect(formatOffset(41e6)).to.equal('41 ms slow');
    expect(formatOffset(-41e6)).to.equal('41 ms fast');
    expect(formatRate(-0.1)).to.equal('0.000 ppm');
    expect(formatRate(-7214)).to.equal('-7.214 ppm');
  });

  it('write a duration that reads back within the three digits shown', () => {
    const duration = fc.double({ min: 1, max: 1e15, noNaN: true });
    fc.assert(
      fc.property(duration, (ns) => {
        expect(parseDuration(formatDuration(ns))! / ns).to.be.closeTo(1, 0.051);
      }),
    );
  });
});
