import { expect } from 'chai';
import { AwaitedStamps } from './awaited-stamps.js';

const CLIENT = { address: '192.0.2.1', port: 320 };
const S = 1e9;

describe('replies that wait for their transmit stamps', () => {
  const add = (awaited: AwaitedStamps, id: number, nowNs = 0) => awaited.add(id, id + 1, nowNs, CLIENT, '192.0.2.9');

  it('are found by the number of their datagram, once', () => {
    const awaited = new AwaitedStamps();
    for (const id of [5, 6, 9]) add(awaited, id);
    const place = awaited.take(6);
    expect(awaited.ticket(place)).to.equal(7);
    expect(awaited.client(place)).to.equal(CLIENT);
    expect(awaited.local(place)).to.equal('192.0.2.9');
    expect([6, 7, 8, 1029].map((id) => awaited.take(id))).to.deep.equal([-1, -1, -1, -1]);
    expect(awaited.take(9)).to.be.at.least(0);
  });

  it('are bounded in number, however many requests come at once', () => {
    const awaited = new AwaitedStamps();
    for (let id = 0; id < 20_000; id++) add(awaited, id);
    expect(awaited.takeLost()).to.equal(20_000 - 1024);
    expect(awaited.takeLost()).to.equal(0);
    expect(awaited.take(19_999)).to.be.at.least(0);
    expect(awaited.take(20_000 - 1025)).to.equal(-1);
    add(awaited, 50_000);
    expect(awaited.takeLost()).to.equal(1023);
  });

  it('are given up after a second', () => {
    const awaited = new AwaitedStamps();
    add(awaited, 1, 0);
    add(awaited, 2, 0.5 * S);
    add(awaited, 4, 1 * S);
    awaited.take(1);
    awaited.sweep(1.4 * S);
    expect(awaited.takeLost()).to.equal(0);
    awaited.sweep(1.5 * S);
    expect(awaited.takeLost()).to.equal(1);
    expect([awaited.take(2), awaited.take(4) >= 0]).to.deep.equal([-1, true]);
  });

  it('are given up when the numbers begin again', () => {
    const awaited = new AwaitedStamps();
    for (const id of [7, 8, 0]) add(awaited, id);
    expect(awaited.takeLost()).to.equal(2);
    expect([awaited.take(7), awaited.take(0) >= 0]).to.deep.equal([-1, true]);
  });
});
