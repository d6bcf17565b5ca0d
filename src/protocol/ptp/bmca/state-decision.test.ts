import { expect } from 'chai';
import type { Announce } from '../message.js';
import { announceOf, portOf } from '../port/testing/messages.js';
import { type AnnounceDataSet, announceDataSetOf } from './data-set-comparison.js';
import { decideState } from './state-decision.js';

const here = portOf(5);
const heard = (n: number, body: Partial<Announce> = {}, receiver = here): AnnounceDataSet =>
  announceDataSetOf(announceOf(portOf(n), body), receiver);
const own = (clockClass: number): AnnounceDataSet =>
  announceDataSetOf(
    announceOf({ ...here, port: 0 }, { quality: { clockClass, accuracy: 0xfe, variance: 0xffff } }),
    here,
  );
const locked = { quality: { clockClass: 6, accuracy: 0x21, variance: 0x4e5d } };

/** The data set that this clock announces of grandmaster 1, which it follows on another port. */
const passed = announceDataSetOf(announceOf(here, { ...locked, grandmaster: portOf(1).clock, stepsRemoved: 1 }), here);

describe('the state decision', () => {
  it('listens without an Announce until the timeout', () => {
    expect(decideState({ own: own(248), listening: true }).code).to.equal('listen');
    expect(decideState({ own: own(248), listening: false }).code).to.equal('M2');
    expect(decideState({ own: own(6), listening: false }).code).to.equal('M1');
  });

  it('M1: a grandmaster that is better stays one, with the reason', () => {
    const decision = decideState({ own: own(6), portBest: heard(1), listening: false });
    expect(decision).to.deep.equal({
      code: 'M1',
      reason: 'Grandmaster: clockClass 6 against 248 of 001122.fffe.000001-1.',
    });
  });

  it('P1: of two grandmasters with a clockClass up to 127 the lesser one is PASSIVE', () => {
    const decision = decideState({ own: own(7), portBest: heard(1, locked), listening: false });
    expect(decision).to.deep.equal({
      code: 'P1',
      reason: 'Yields to 001122.fffe.000001-1: clockClass 6 against 7 of 001122.fffe.000005-0.',
    });
  });

  it('S1: a clock of class 248 follows the best Announce', () => {
    expect(decideState({ own: own(248), portBest: heard(1, locked), listening: false }).code).to.equal('S1');
  });

  it('M2: a clock of class 248 that is better than all is grandmaster', () => {
    const worse = heard(6);
    expect(decideState({ own: own(248), portBest: worse, listening: false }).code).to.equal('M2');
  });

  it('M3: another port of a boundary clock passes the time on', () => {
    expect(decideState({ own: passed, listening: false })).to.deep.equal({
      code: 'M3',
      reason: 'Passes on the time of 001122.fffe.000001: no other clock does on this segment.',
    });
    expect(decideState({ own: passed, portBest: heard(6), listening: false }).code).to.equal('M3');
    const longer = heard(4, { ...locked, grandmaster: passed.grandmaster, stepsRemoved: 2 });
    expect(decideState({ own: passed, portBest: longer, listening: false }).code).to.equal('M3');
  });

  it('P2: another port is PASSIVE if the same time already reaches the segment', () => {
    const { grandmaster } = passed;
    const shorter = heard(6, { ...locked, grandmaster, stepsRemoved: 0 });
    expect(decideState({ own: passed, portBest: shorter, listening: false }).code).to.equal('P2');
    const higher = heard(6, { ...locked, grandmaster, stepsRemoved: 1 });
    expect(decideState({ own: passed, portBest: higher, listening: false }).code).to.equal('M3');
    const portBest = heard(4, { ...locked, grandmaster, stepsRemoved: 1 });
    expect(decideState({ own: passed, portBest, listening: false })).to.deep.equal({
      code: 'P2',
      reason: 'Yields to 001122.fffe.000004-1: it already passes on the time of 001122.fffe.000001.',
    });
  });
});
