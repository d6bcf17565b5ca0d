import { expect } from 'chai';
import { RouteChange } from './route-change.js';

const SIGMA_NS = 10;
const ROUND_TRIP_NS = 40_000;

/** Feeds exchanges of both directions, `outbound` and `inbound` later than expected. Returns the number of changes. */
function feed(
  route: RouteChange,
  count: number,
  outbound: (n: number) => number,
  inbound: (n: number) => number,
): number {
  let changes = 0;
  for (let n = 0; n < count; n++) {
    for (const [direction, lateNs] of [
      ['outbound', outbound(n)],
      ['inbound', inbound(n)],
    ] as const) {
      const residualNs = lateNs - route.excessNs(direction);
      if (route.note(direction, residualNs, SIGMA_NS, ROUND_TRIP_NS + outbound(n) + inbound(n)) === 'excess') changes++;
    }
  }
  return changes;
}

const kept = (): number => 3;
const late = (n: number): number => 5000 + (n % 4) * 8;

describe('a change of the route of one direction', () => {
  it('is found after a dozen legs that are late alike, by the least of them', () => {
    const route = new RouteChange();
    expect(feed(route, 11, late, kept)).to.equal(0);
    expect(feed(route, 1, late, kept)).to.equal(1);
    expect(route.excessNs('outbound')).to.be.closeTo(5000, 10);
    expect(route.excessNs('inbound')).to.equal(0);
    expect(feed(route, 50, late, kept)).to.equal(0);
  });

  it('is not seen in queues that let a leg through now and then', () => {
    const route = new RouteChange();
    expect(feed(route, 100, (n) => (n % 10 === 9 ? 2 : 5000), kept)).to.equal(0);
  });

  it('is not seen while the other direction does not keep its time: then the clock may have changed', () => {
    const route = new RouteChange();
    expect(feed(route, 100, late, (n) => -late(n))).to.equal(0);
    expect(feed(route, 100, late, late)).to.equal(0);
  });

  it('is not seen while the round trips are as short as before: the estimate is wrong', () => {
    const route = new RouteChange();
    feed(route, 40, kept, kept);
    // The base delay has been drawn too low, so one direction seems to be late and the other one to keep its time.
    for (let n = 0; n < 100; n++)
      for (const [direction, lateNs] of [
        ['outbound', late(n)],
        ['inbound', kept()],
      ] as const)
        expect(route.note(direction, lateNs, SIGMA_NS, ROUND_TRIP_NS + (n % 8))).to.not.equal('excess');
    expect(route.excessNs('outbound')).to.equal(0);
  });

  it('is one of both directions if both are late by the same time, and a queue if they are not', () => {
    const verdicts = (lateNs: (n: number) => number) => {
      const route = new RouteChange();
      return Array.from({ length: 8 }, (_, n) =>
        route.note(n % 2 ? 'inbound' : 'outbound', lateNs(n), SIGMA_NS, ROUND_TRIP_NS + 2 * lateNs(n)),
      );
    };
    expect(verdicts((n) => 5000 + (n % 3) * 9).indexOf('longer')).to.equal(5);
    expect(verdicts((n) => 5000 + n * 100)).to.not.include('longer');
  });

  it('is taken back when legs come early again', () => {
    const route = new RouteChange();
    feed(route, 12, late, kept);
    expect(feed(route, 3, () => 40, kept)).to.equal(1);
    expect(route.excessNs('outbound')).to.be.closeTo(40, 10);
  });

  it('is not taken back by one early leg, nor below zero', () => {
    const route = new RouteChange();
    feed(route, 12, late, kept);
    expect(feed(route, 3, (n) => (n === 1 ? 0 : 5003), kept)).to.equal(0);
    feed(route, 3, () => -9000, kept);
    expect(route.excessNs('outbound')).to.equal(0);
  });

  it('that becomes shorter moves the base delay once the other direction is shorter, too', () => {
    const route = new RouteChange();
    route.shorten('outbound', 6000);
    expect(route.takeShared()).to.equal(0);
    expect(route.excessNs('outbound')).to.equal(-6000);
    route.shorten('inbound', 5900);
    expect(route.takeShared()).to.equal(-5900);
    expect(route.excessNs('outbound')).to.equal(-100);
    expect(route.excessNs('inbound')).to.equal(0);
  });
});
