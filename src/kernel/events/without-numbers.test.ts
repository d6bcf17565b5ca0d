import { expect } from 'chai';
import { withoutNumbers } from './without-numbers.js';

describe('a sentence without its numbers', () => {
  for (const [one, other] of [
    ['no fix: 2 satellites of 7', 'no fix: 3 satellites of 11'],
    ['disagrees with ntp.b by 50 ms', 'disagrees with ntp.b by 1.25 s'],
    ['was stepped forward by 800 µs', 'was stepped forward by 1.2 ms'],
    ['it fell over; tries again in 1 s', 'it fell over; tries again in 32 s'],
    ['carries 9.9 % of the estimate', 'carries 12 % of the estimate'],
    ['jumped at 2026-11-29T17:42:52Z.', 'jumped at 2026-11-30T01:00:00Z.'],
    ['is off by -3 ppb', 'is off by +4.5 ppm'],
  ])
    it(`is the same when only numbers differ: ${one}`, () =>
      expect(withoutNumbers(one!)).to.equal(withoutNumbers(other!)));

  for (const [one, other] of [
    ['follows ntp.a1', 'follows ntp.a2'],
    ['192.0.2.1 refuses', '192.0.2.2 refuses'],
    ['follows 001122.fffe.334455-1', 'follows 001122.fffe.334456-1'],
    ['asks 2001:db8::1', 'asks 2001:db8::2'],
    ['/dev/ttyACM0 is silent', '/dev/ttyACM1 is silent'],
    ['UDP port 127.0.0.1:123 is in use', 'UDP port 127.0.0.1:124 is in use'],
    ['is running', 'is degraded'],
  ])
    it(`differs when names differ: ${one}`, () => expect(withoutNumbers(one!)).not.to.equal(withoutNumbers(other!)));
});
