import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { octetsOf } from '../protocol/address/index.js';
import { RateLimit } from './rate-limit.js';

const S = 1e9;
const limit = (over: { clients?: number } = {}) =>
  new RateLimit({ intervalNs: 1e9, burst: 4, random: (octets) => randomBytes(octets), ...over });
const v4 = (n: number) => octetsOf(`10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`)!;

describe('the rate limit', () => {
  it('serves a client at its rate without end, however often it asks (B13), where ntpd-rs never serves it again', () => {
    const table = limit();
    let served = 0;
    for (let t = 0; t < 100 * S; t += S / 20) if (table.rule(v4(1), t) === 'serve') served++;
    expect(served).to.be.within(100, 104);
  });

  it('returns refuse-first once each time a client exceeds its rate', () => {
    const table = limit();
    const rulings = Array.from({ length: 7 }, () => table.rule(v4(1), 0));
    expect(rulings).to.deep.equal([...Array(4).fill('serve'), 'refuse-first', 'refuse', 'refuse']);
    expect(table.rule(v4(1), S)).to.equal('serve');
    expect(table.rule(v4(1), S)).to.equal('refuse-first');
  });

  it('counts a /64 as one client', () => {
    const table = limit();
    for (let i = 1; i <= 4; i++) table.rule(octetsOf(`2001:db8::${i}`)!, 0);
    expect(table.rule(octetsOf('2001:db8::9')!, 0)).to.equal('refuse-first');
    expect(table.rule(octetsOf('2001:db8:0:1::9')!, 0)).to.equal('serve');
  });

  it('counts an IPv4 address and its mapped form as one client', () => {
    const table = limit();
    for (let i = 0; i < 4; i++) table.rule(octetsOf('192.0.2.1')!, 0);
    expect(table.rule(octetsOf('::ffff:192.0.2.1')!, 0)).to.equal('refuse-first');
  });

  it('is neither emptied nor filled for the others by a flood from forged addresses', () => {
    const table = limit({ clients: 256 });
    for (let i = 0; i < 10; i++) table.rule(v4(1), 0);
    let refused = 0;
    for (let i = 2; i < 50_000; i++) if (table.rule(v4(i), 0) !== 'serve') refused++;
    expect(refused).to.equal(0);
    expect(table.rule(v4(1), 0)).to.equal('refuse');
  });

  it('forgets a client whose credit is full', () => {
    const table = limit({ clients: 64 });
    for (let i = 0; i < 1000; i++) table.rule(v4(i), 0);
    const late = 10 * S;
    for (let i = 0; i < 4; i++) table.rule(v4(5000), late);
    expect(table.rule(v4(5000), late)).to.equal('refuse-first');
  });
});
