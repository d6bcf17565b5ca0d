import { expect } from 'chai';
import {
  clockIdOf,
  extendedArgument,
  PTP,
  pinArgument,
  pulseInputArgument,
  pulseOutputArgument,
  readBasic,
  readCapabilities,
  readEvents,
  readExtended,
  readPinName,
  readPrecise,
} from './codec.js';

/** The expected numbers and layouts are those that a C program compiled against linux/ptp_clock.h prints. */
describe('the interface of PTP hardware clocks', () => {
  it('asks by the numbers of the kernel', () => {
    expect(PTP).to.deep.equal({
      capabilities: 0x80503d01,
      pulseInput: 0x40103d0b,
      pulseInputFirst: 0x40103d02,
      pulseOutput: 0x40383d0c,
      basic: 0x43403d05,
      readPin: 0xc0603d0f,
      setPin: 0x40603d10,
      precise: 0xc0403d08,
      extended: 0xc4c03d09,
    });
  });

  it('computes the clock id of a descriptor', () => {
    expect(clockIdOf(5)).to.equal(-45);
  });

  it('reads capabilities', () => {
    const octets = Buffer.alloc(80);
    for (const [offset, value] of [
      [0, 62_499_999],
      [8, 2],
      [12, 3],
      [20, 4],
      [24, 1],
    ] as const)
      octets.writeInt32LE(value, offset);
    expect(readCapabilities(octets)).to.deep.equal({
      maxPpb: 62_499_999,
      pulseInputs: 2,
      pulseOutputs: 3,
      pins: 4,
      crossStamps: true,
    });
  });

  it('reads brackets: three stamps each, or shared ones', () => {
    const octets = Buffer.from(extendedArgument(2));
    const stamps = [10n, 11n, 12n, 20n, 21n, 22n];
    for (const [i, seconds] of stamps.entries()) {
      octets.writeBigInt64LE(seconds, 16 + 16 * i);
      octets.writeUInt32LE(5, 16 + 16 * i + 8);
    }
    const at = (seconds: bigint): bigint => seconds * 1_000_000_000n + 5n;
    expect(readExtended(octets)).to.deep.equal([
      { before: at(10n), clock: at(11n), after: at(12n) },
      { before: at(20n), clock: at(21n), after: at(22n) },
    ]);
    expect(readBasic(octets)[1]).to.deep.equal({ before: at(12n), clock: at(20n), after: at(21n) });
  });

  it('reads times before the epoch: the sign is on the seconds alone', () => {
    const octets = Buffer.alloc(64);
    octets.writeBigInt64LE(-2n, 0);
    octets.writeUInt32LE(999_999_999, 8);
    octets.writeBigInt64LE(7n, 16);
    expect(readPrecise(octets)).to.deep.equal({
      before: 7_000_000_000n,
      clock: -1_000_000_001n,
      after: 7_000_000_000n,
    });
  });

  it('asks for no more samples than the kernel has room for', () => {
    expect(extendedArgument(99)[0]).to.equal(25);
    expect(extendedArgument(0)[0]).to.equal(1);
  });

  it('writes pulses in and out, and pins', () => {
    const input = Buffer.from(pulseInputArgument(1, 'falling', 1));
    expect([input.readUInt32LE(0), input.readUInt32LE(4)]).to.deep.equal([1, 1 | 4 | 8]);
    expect(Buffer.from(pulseInputArgument(1, 'off', 0)).readUInt32LE(4)).to.equal(0);
    const output = Buffer.from(pulseOutputArgument(2, 3_000_000_500n, 1e9, 1e8));
    expect(output.readBigInt64LE(0)).to.equal(3n);
    expect(output.readUInt32LE(8)).to.equal(500);
    expect(output.readBigInt64LE(16)).to.equal(1n);
    expect([output.readUInt32LE(32), output.readUInt32LE(36), output.readUInt32LE(48)]).to.deep.equal([2, 2, 1e8]);
    const pin = Buffer.from(pinArgument(3, 'pulseOut', 2));
    expect([64, 68, 72].map((offset) => pin.readUInt32LE(offset))).to.deep.equal([3, 2, 2]);
    const named = Buffer.alloc(96);
    named.write('SDP0');
    expect(readPinName(named)).to.equal('SDP0');
  });

  it('reads as many edges as there are', () => {
    const octets = Buffer.alloc(64);
    octets.writeBigInt64LE(9n, 32);
    octets.writeUInt32LE(3, 32 + 16);
    expect(readEvents(octets)).to.deep.equal([
      { time: 0n, channel: 0 },
      { time: 9_000_000_000n, channel: 3 },
    ]);
  });
});
