import { expect } from 'chai';
import type { Announce } from '../message.js';
import { announceOf, portOf, S } from '../port/testing/messages.js';
import { ForeignMasters } from './foreign-masters.js';

const table = (more: object = {}) =>
  new ForeignMasters({
    ...{ receiver: portOf(5), logAnnounceInterval: 1, qualification: { announces: 2, withinIntervals: 4 } },
    ...{ timeout: 3, timeoutSpan: 1, random: () => 0.5, ...more },
  });

const best = (foreign: ForeignMasters) => foreign.best()[0]?.dataSet.sender;

describe('foreign masters', () => {
  const good = announceOf(portOf(1), { priority1: 100 });

  it('qualify with the second Announce after the first', () => {
    const foreign = table();
    foreign.record(good, 'a', 0n);
    foreign.record(good, 'a', 2n * S);
    expect(best(foreign)).to.equal(undefined);
    foreign.record(good, 'a', 4n * S);
    expect(best(foreign)).to.deep.equal(portOf(1));
  });

  it('do not qualify when those two are more than four intervals apart', () => {
    const foreign = table({ timeout: 10 });
    for (const at of [0n, 2n, 11n]) foreign.record(good, 'a', at * S);
    expect(best(foreign)).to.equal(undefined);
    foreign.record(good, 'a', 13n * S);
    expect(best(foreign)).to.deep.equal(portOf(1));
  });

  it('qualify at once in gPTP', () => {
    const foreign = table({ qualification: { announces: 0, withinIntervals: 0 } });
    foreign.record(good, 'a', 0n);
    expect(best(foreign)).to.deep.equal(portOf(1));
  });

  it('are removed after three intervals and a random part of a fourth', () => {
    const foreign = table();
    for (const at of [0n, 2n, 4n]) foreign.record(good, 'a', at * S);
    expect(foreign.dueAt).to.equal(11n * S);
    expect(foreign.expire(11n * S - 1n)).to.have.lengthOf(0);
    expect(foreign.expire(11n * S)).to.have.lengthOf(1);
    expect(best(foreign)).to.equal(undefined);
  });

  it('may have an interval up to four times the own one, and are expected no faster than it', () => {
    const foreign = table();
    foreign.record(announceOf(portOf(1), {}, { logInterval: 6 }), 'a', 0n);
    expect(foreign.dueAt).to.equal(28n * S);
    const hasty = table();
    hasty.record(announceOf(portOf(1), {}, { logInterval: -7 }), 'a', 0n);
    expect(hasty.dueAt).to.equal(7n * S);
  });

  it('best and second best follow the data set comparison', () => {
    const foreign = table({ qualification: { announces: 0, withinIntervals: 0 } });
    for (const [n, priority1] of [
      [3, 130],
      [2, 110],
      [1, 120],
    ] as const) {
      foreign.record(announceOf(portOf(n), { priority1 }), 'a', 0n);
    }
    expect(foreign.best().map((master) => master?.dataSet.priority1)).to.deep.equal([110, 120]);
  });
});

describe('a flood of forged Announces', () => {
  const forged = (n: number, body: Partial<Announce> = {}): Announce => announceOf(portOf(0x10000 + n), body);

  it('of 10⁴ identities uses sixteen records and removes no qualified sender', () => {
    const foreign = table();
    for (const at of [0n, 2n, 4n]) foreign.record(announceOf(portOf(1)), 'a', at * S);
    for (let n = 0; n < 10_000; n++) foreign.record(forged(n, { priority1: 0 }), 'evil', 4n * S + BigInt(n));
    expect(foreign.known.length).to.equal(16);
    expect(best(foreign)).to.deep.equal(portOf(1));
  });

  it('removes none of eight qualified senders, however good its data', () => {
    const foreign = table();
    for (const at of [0n, 2n, 4n]) {
      for (let n = 1; n <= 8; n++) foreign.record(announceOf(portOf(n), { priority1: 200 + n }), `${n}`, at * S);
    }
    for (let n = 0; n < 1000; n++) foreign.record(forged(n, { priority1: 0 }), `evil ${n}`, 4n * S + BigInt(n));
    const senders = foreign.known.filter(({ qualified }) => qualified).map(({ dataSet }) => dataSet.sender);
    expect(senders).to.have.deep.members(Array.from({ length: 8 }, (_, n) => portOf(n + 1)));
  });

  it('keeps the best of the unqualified', () => {
    const foreign = table();
    for (let n = 0; n < 10_000; n++) foreign.record(forged(n, { priority1: 255 - (n % 250) }), 'evil', 0n);
    expect(foreign.known.length).to.equal(16);
    expect(Math.max(...foreign.known.map(({ dataSet }) => dataSet.priority1))).to.be.below(20);
    expect(foreign.record(announceOf(portOf(1), { priority1: 1 }), 'a', 1n)).to.equal(true);
    expect(foreign.record(announceOf(portOf(2), { priority1: 250 }), 'a', 1n)).to.equal(false);
  });

  it('that continues with the same identities keeps no better sender out', () => {
    const foreign = table();
    for (let at = 0n; at <= 6n; at += 2n) {
      for (let n = 0; n < 100; n++) foreign.record(forged(n, { priority1: 200 }), 'evil', at * S);
    }
    for (let at = 7n; at <= 11n; at += 2n) {
      foreign.record(announceOf(portOf(1)), 'a', at * S);
      for (let n = 0; n < 100; n++) foreign.record(forged(n, { priority1: 200 }), 'evil', at * S);
    }
    expect(best(foreign)).to.deep.equal(portOf(1));
  });

  it('is removed when it ends', () => {
    const foreign = table();
    for (let n = 0; n < 100; n++) foreign.record(forged(n), 'evil', 0n);
    foreign.record(announceOf(portOf(1)), 'a', 9n * S);
    expect(foreign.known.length).to.equal(1);
  });
});
