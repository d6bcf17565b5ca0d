import { expect } from 'chai';
import fc from 'fast-check';
import { HEADER_OCTETS, readHeader, writeHeader } from './header.js';

describe('the packet header', () => {
  it('is read back bit for bit, whatever its values', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: HEADER_OCTETS, maxLength: HEADER_OCTETS }), (packet) => {
        const again = new Uint8Array(HEADER_OCTETS);
        writeHeader(readHeader(packet), again);
        expect(again).to.deep.equal(packet);
      }),
    );
  });

  it('has its fields where RFC 5905 §7.3 puts them', () => {
    const packet = Buffer.from(
      '240106e7000000000000000747505300eb8f3a2b12345678c0ffee00c0ffee01eb8f3a2c00000000eb8f3a2c00010000',
      'hex',
    );
    expect(readHeader(packet)).to.deep.equal({
      leap: 'none',
      version: 4,
      mode: 4,
      stratum: 1,
      pollLog2: 6,
      precisionLog2: -25,
      rootDelayNs: 0,
      rootDispersionNs: (7 * 1e9) / 65536,
      refid: 0x47505300,
      reference: 0xeb8f3a2b12345678n,
      origin: 0xc0ffee00c0ffee01n,
      receive: 0xeb8f3a2c00000000n,
      transmit: 0xeb8f3a2c00010000n,
    });
  });

  it('needs 48 octets', () => {
    expect(() => readHeader(new Uint8Array(47))).to.throw(RangeError);
  });
});
