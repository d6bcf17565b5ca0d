import { expect } from 'chai';
import { writeCfgMsg, writeCfgValset, writeUbxPoll } from './configure.js';
import { ubxChecksum, writeUbxFrame } from './frame.js';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

describe('messages to a u-blox receiver', () => {
  it('ask for a message', () => {
    expect(hex(writeUbxPoll(0x0a, 0x04))).to.equal('b5620a0400000e34');
  });

  it('switch a message on', () => {
    expect(hex(writeCfgMsg(0x01, 0x07, 1)).slice(0, 18)).to.equal('b56206010300010701');
    expect(() => writeCfgMsg(1, 7, 256)).to.throw(RangeError);
  });

  it('set keys of every size, in the volatile layer', () => {
    const frame = writeCfgValset([
      [0x10740001, 1],
      [0x20910007, 255],
      [0x30210001, 1000],
      [0x40520001, 115_200],
      [0x50360001, -2n],
    ]);
    expect(hex(frame.subarray(6, -2))).to.equal(
      ['00010000', '0100741001', '07009120ff', '01002130e803', '0100524000c20100', '01003650feffffffffffffff'].join(''),
    );
  });

  it('have no value beyond the size of its key', () => {
    for (const [key, value] of [
      [0x10740001, 2],
      [0x20910007, 256],
      [0x30210001, -40_000],
      [0x00910007, 1],
    ] as const)
      expect(() => writeCfgValset([[key, value]])).to.throw(RangeError);
    expect(() => writeCfgValset([])).to.throw(RangeError);
    expect(() => writeCfgValset(Array(65).fill([0x20910007, 1]))).to.throw(RangeError);
  });

  it('end with the checksum of all octets after the two of synchronisation', () => {
    const frame = writeUbxFrame(1, 2, Uint8Array.of(3, 4, 5));
    const sum = ubxChecksum(frame, 2, frame.length - 2);
    expect([...frame.subarray(-2)]).to.deep.equal([sum & 0xff, sum >> 8]);
    expect(() => writeUbxFrame(1, 2, new Uint8Array(9000))).to.throw(RangeError);
  });
});
