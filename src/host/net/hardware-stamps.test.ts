import { expect } from 'chai';
import type { ErrorCode, ReceiveFilter } from '../../api/index.js';
import type { NativeInterface, StampConfig } from '../native.js';
import { grantStamps, type Layer } from './hardware-stamps.js';
import { RECEIVE_FILTERS, readInterface } from './interface.js';

const OFF = 0;
const ON = 1;
const failure = (errno: number): Error => Object.assign(new Error('ioctl'), { errno });
const EPERM = failure(1);
const ERANGE = failure(34);
const ENOTSUP = failure(95);

/** A fake driver that accepts some filters. */
class Driver {
  config: StampConfig = { transmitType: OFF, receiveFilter: 0 };
  readonly written: string[] = [];
  clock = 2;
  tells = true;
  allows = true;
  readonly #takes: Partial<Record<ReceiveFilter, ReceiveFilter>>;

  constructor(takes: Partial<Record<ReceiveFilter, ReceiveFilter>> = { 'ptpv2-event': 'ptpv2-event', all: 'all' }) {
    this.#takes = takes;
  }

  set(transmitType: number, filter: ReceiveFilter): void {
    this.config = { transmitType, receiveFilter: RECEIVE_FILTERS.indexOf(filter) };
  }

  readInterface(name: string): NativeInterface {
    if (name !== 'nic0') throw failure(19);
    return {
      index: 4,
      flags: 0x43,
      mac: '02:00:00:00:00:01',
      stamps: 0b101_1111,
      clock: this.clock,
      transmitTypes: 3,
      receiveFilters: 0x1003,
    };
  }

  readStampConfig(): StampConfig {
    if (!this.tells) throw ENOTSUP;
    return this.config;
  }

  writeStampConfig(_name: string, transmitType: number, receiveFilter: number): StampConfig {
    if (!this.allows) throw EPERM;
    const wanted = RECEIVE_FILTERS[receiveFilter]!;
    const made = wanted === 'none' ? 'none' : this.#takes[wanted];
    if (made === undefined) throw ERANGE;
    this.set(transmitType, made);
    this.written.push(`${transmitType} ${made}`);
    return this.config;
  }
}

const grant = (driver: Driver, layer: Layer = 'l2') =>
  grantStamps(driver, { interface: 'nic0', hardwareStamps: true }, layer);

const refusal = (work: () => unknown): ErrorCode | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code: ErrorCode }).code;
  }
};

describe('the hardware stamps of an interface', () => {
  it('are switched on for the first socket and off again with the last', () => {
    const driver = new Driver();
    const first = grant(driver);
    const second = grant(driver, 'l4');
    expect(first?.clock).to.equal('phc:ptp2');
    expect(driver.written).to.deep.equal(['1 ptpv2-event']);
    first?.release();
    first?.release();
    expect(driver.written).to.have.length(1);
    second?.release();
    expect(driver.written).to.deep.equal(['1 ptpv2-event', '0 none']);
  });

  it('are left alone when no socket asks for them, and when those of another program already fit', () => {
    const driver = new Driver();
    expect(grantStamps(driver, { interface: 'nic0' }, 'l2')).to.equal(undefined);
    driver.set(ON, 'all');
    grant(driver)?.release();
    expect(driver.written).to.deep.equal([]);
    expect(driver.config).to.deep.equal({ transmitType: ON, receiveFilter: 1 });
  });

  for (const [what, transmit, filter, layer] of [
    ['for UDP alone', ON, 'ptpv2-l4-event', 'l2'],
    ['for NTP alone', ON, 'ntp-all', 'l4'],
    ['on receipt alone', OFF, 'all', 'l2'],
    ['for PTP alone, where every packet is wanted', ON, 'ptpv2-event', 'all'],
  ] as const) {
    it(`are not taken from another program that has them ${what}`, () => {
      const driver = new Driver();
      driver.set(transmit, filter);
      expect(refusal(() => grant(driver, layer))).to.equal('TH_NET_HWTSTAMP_CONFLICT');
      expect(driver.written).to.deep.equal([]);
    });
  }

  it('fall back to narrower and to wider filters, and use the filter that the driver chose', () => {
    const narrow = new Driver({ 'ptpv2-l2-event': 'ptpv2-l2-event', all: 'all' });
    const held = grant(narrow);
    expect(narrow.written).to.deep.equal(['1 ptpv2-l2-event']);
    const wider = grant(narrow, 'l4');
    expect(narrow.written.at(-1)).to.equal('1 all');
    held?.release();
    wider?.release();
    expect(narrow.written.at(-1)).to.equal('0 none');

    const generous = new Driver({ 'ptpv2-event': 'all' });
    const every = grant(generous);
    grant(generous, 'all')?.release();
    every?.release();
    expect(generous.written).to.deep.equal(['1 all', '0 none']);
  });

  it('are switched off again when the driver accepts no filter', () => {
    const driver = new Driver({ 'ptpv2-event': 'ptpv2-sync' });
    expect(refusal(() => grant(driver))).to.equal('TH_NET_HWTSTAMP_NONE');
    expect(driver.config).to.deep.equal({ transmitType: OFF, receiveFilter: 0 });
  });

  it('are not switched off when another program has changed them meanwhile', () => {
    const driver = new Driver();
    const held = grant(driver);
    driver.set(ON, 'ntp-all');
    held?.release();
    expect(driver.config.receiveFilter).to.equal(RECEIVE_FILTERS.indexOf('ntp-all'));
  });

  it('are set where the driver cannot report the present configuration', () => {
    const driver = new Driver();
    driver.tells = false;
    grant(driver)?.release();
    expect(driver.written[0]).to.equal('1 ptpv2-event');
  });

  it('say what is missing: the privilege, the hardware, the interface', () => {
    const driver = new Driver();
    driver.allows = false;
    expect(refusal(() => grant(driver))).to.equal('TH_NET_HWTSTAMP_PRIVILEGE');
    driver.clock = -1;
    expect(refusal(() => grant(driver))).to.equal('TH_NET_HWTSTAMP_NONE');
    expect(refusal(() => grantStamps(driver, { interface: 'nic1', hardwareStamps: true }, 'l2'))).to.equal(
      'TH_NET_INTERFACE',
    );
  });

  it('can be of a virtual clock', () => {
    const options = { interface: 'nic0', hardwareStamps: true, hardwareClock: 5 };
    const granted = grantStamps(new Driver(), options, 'l2');
    expect(granted?.clock).to.equal('phc:ptp5');
    granted?.release();
  });
});

describe('a network interface', () => {
  it('is described in the words of ethtool', () => {
    expect(readInterface(new Driver(), 'nic0')).to.deep.equal({
      name: 'nic0',
      index: 4,
      mac: '02:00:00:00:00:01',
      up: true,
      running: true,
      addresses: [],
      phc: { index: 2, clock: 'phc:ptp2' },
      stamps: {
        kernelTransmit: true,
        kernelReceive: true,
        hardwareTransmit: true,
        hardwareReceive: ['all', 'ptpv2-event'],
      },
    });
  });
});
