import { expect } from 'chai';
import { crc24q } from './crc24q.js';

describe('CRC-24Q', () => {
  it('has the check value of the catalogue of CRC parameters with the initial value 0', () => {
    const octets = new TextEncoder().encode('123456789');
    expect(crc24q(octets, 0, octets.length)).to.equal(0xcde703);
  });

  it('is zero over octets and their own CRC', () => {
    const octets = Uint8Array.of(0xd3, 0, 2, 0x3e, 0xd0, 0, 0, 0);
    const crc = crc24q(octets, 0, 5);
    octets.set([crc >> 16, (crc >> 8) & 0xff, crc & 0xff], 5);
    expect(crc24q(octets, 0, 8)).to.equal(0);
  });
});
