import { expect } from 'chai';
import { Cursor } from './field.js';
import {
  ALL_PORTS,
  clockIdentityOfMac,
  comparePorts,
  formatPortIdentity,
  isAddressedTo,
  parseClockIdentity,
  samePort,
} from './identity.js';
import { intervalNs, requestedInterval } from './interval.js';
import { isEvent, kindOf } from './message.js';
import { rateOffsetPpb, scaledRateOffset } from './rate.js';
import { text } from './text.js';
import { addIntervals, fromNs, TOO_LARGE, toNs, transitNs } from './time.js';

describe('a clock identity', () => {
  it('is made of a MAC address with FF FE in the middle', () => {
    expect(clockIdentityOfMac('00:11:22:33:44:55')).to.equal('001122fffe334455');
    expect(clockIdentityOfMac('AA-BB-CC-DD-EE-FF')).to.equal('aabbccfffeddeeff');
    for (const text of ['', '00:11:22:33:44', '00:11:22:33:44:5g', '00:11:22:33:44:55:66']) {
      expect(clockIdentityOfMac(text)).to.equal(undefined);
    }
  });

  it('is read and shown as linuxptp does', () => {
    expect(parseClockIdentity('001122.FFFE.334455')).to.equal('001122fffe334455');
    expect(parseClockIdentity('001122fffe33445')).to.equal(undefined);
    expect(formatPortIdentity({ clock: '001122fffe334455', port: 12 })).to.equal('001122.fffe.334455-12');
  });
});

describe('a port identity', () => {
  const port = { clock: '001122fffe334455', port: 2 };

  it('is ordered by its clock, then by its number', () => {
    expect(comparePorts(port, { ...port, port: 10 })).to.be.below(0);
    expect(comparePorts(port, { clock: '001122fffe334454', port: 1 })).to.be.above(0);
    expect(comparePorts(port, { ...port })).to.equal(0);
    expect(samePort(port, { ...port })).to.equal(true);
    expect(samePort(port, { ...port, port: 3 })).to.equal(false);
  });

  it('is addressed by itself and by all ones in either part', () => {
    const targets = [port, ALL_PORTS, { ...port, port: 0xffff }, { ...ALL_PORTS, port: 2 }];
    for (const target of targets) expect(isAddressedTo(target, port)).to.equal(true);
    expect(isAddressedTo({ ...port, port: 1 }, port)).to.equal(false);
    expect(isAddressedTo({ clock: '001122fffe334456', port: 0xffff }, port)).to.equal(false);
  });
});

describe('time intervals', () => {
  it('keep the fraction of a nanosecond', () => {
    expect(toNs(0x18000n)).to.equal(1.5);
    expect(fromNs(-1.25)).to.equal(-0x14000n);
    expect(transitNs(1_785_931_237_250_001_234n, 1_785_931_237_249_998_000n, 0x5dc8000n)).to.equal(1733.5);
  });

  it('saturate at the value "too large"', () => {
    expect(addIntervals(TOO_LARGE, 1n)).to.equal(TOO_LARGE);
    expect(addIntervals(-TOO_LARGE, -10n)).to.equal(-(1n << 63n));
    expect(fromNs(1e30)).to.equal(TOO_LARGE);
  });
});

describe('message intervals', () => {
  it('are powers of two of a second', () => {
    expect([-3, 0, 1].map(intervalNs)).to.deep.equal([125e6, 1e9, 2e9]);
  });

  it('are requested by number or by code', () => {
    const asked = [-128, 126, 127, -5].map((code) => requestedInterval(code, 0, -3));
    expect(asked).to.deep.equal([0, -3, 'stop', -5]);
  });
});

describe('rate offsets', () => {
  it('are in units of 2^-41', () => {
    expect(scaledRateOffset(1000)).to.equal(2_199_023);
    expect(rateOffsetPpb(2_199_023)).to.be.closeTo(1000, 1e-3);
    expect([1e9, -1e9].map(scaledRateOffset)).to.deep.equal([0x7fff_ffff, -0x8000_0000]);
  });
});

describe('a message type', () => {
  it('is an event message if bit 3 is clear, and unknown if it is reserved', () => {
    const kinds = Array.from({ length: 16 }, (_, type) => kindOf(type));
    expect(kinds.filter((kind) => kind !== undefined && isEvent(kind))).to.deep.equal(kinds.slice(0, 4));
    expect(kinds.filter((kind) => kind === undefined)).to.have.length(6);
  });
});

describe('a text', () => {
  it('is cut between characters where it is longer than 255 octets', () => {
    const cursor = new Cursor(new Uint8Array(300));
    text.write(cursor, `${'a'.repeat(253)}\u{20ac}\u{20ac}`);
    expect(cursor.at).to.equal(254);
    expect(text.read(new Cursor(cursor.octets))).to.equal('a'.repeat(253));
  });

  it('is also read from octets that are not UTF-8', () => {
    expect(text.read(new Cursor(Uint8Array.of(2, 0x61, 0xff)))).to.equal('a\ufffd');
    expect(text.read(new Cursor(Uint8Array.of(3, 0x61, 0xff)))).to.equal(undefined);
  });
});
