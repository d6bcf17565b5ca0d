import { bits, octetOf } from '../bits.js';
import { type Field, octets, padded, struct } from '../field.js';
import { timeFlags } from '../flags.js';
import { clockIdentity, portIdentity } from '../identity.js';
import { i16, i32, i64, i96, u8, u16, u48 } from '../number.js';
import { portAddress } from '../port-address.js';
import { clockQuality } from '../quality.js';
import { text } from '../text.js';
import { timeInterval } from '../time.js';
import { nothing, setting } from './setting.js';

/** An address as its length and its octets. */
const address: Field<Uint8Array> = {
  read(from) {
    const length = u16.read(from);
    return length === undefined ? undefined : octets(length).read(from);
  },
  write(to, value) {
    u16.write(to, value.length);
    octets(value.length).write(to, value);
  },
};

/** The clock's data sets (IEEE 1588-2019 §15.5.3), and the settings of one octet that belong to the clock. */
export const CLOCK_DATA_SETS = {
  null: { id: 0x0000, value: nothing },
  'clock-description': {
    id: 0x0001,
    value: struct({
      /** Bit 15: ordinary, 14: boundary, 13: peer-to-peer transparent, 12: end-to-end transparent, 11: management. */
      clockType: u16,
      physicalLayer: text,
      physicalAddress: address,
      protocolAddress: portAddress,
      manufacturer: padded(octets(3), 1),
      product: text,
      revision: text,
      user: text,
      profile: octets(6),
    }),
  },
  'user-description': { id: 0x0002, value: struct({ text }) },
  'default-data-set': {
    id: 0x2000,
    value: struct({
      flags: padded(octetOf(bits({ twoStep: 0x01, slaveOnly: 0x02 })), 1),
      numberPorts: u16,
      priority1: u8,
      quality: clockQuality,
      priority2: u8,
      clock: clockIdentity,
      domain: padded(u8, 1),
    }),
  },
  'current-data-set': {
    id: 0x2001,
    value: struct({ stepsRemoved: u16, offsetFromMaster: timeInterval, meanPathDelay: timeInterval }),
  },
  'parent-data-set': {
    id: 0x2002,
    value: struct({
      parent: portIdentity,
      /** `statistics`: the next two are measured. */
      flags: padded(octetOf(bits({ statistics: 0x01 })), 1),
      observedVariance: u16,
      observedPhaseChangeRate: i32,
      priority1: u8,
      quality: clockQuality,
      priority2: u8,
      grandmaster: clockIdentity,
    }),
  },
  'time-properties-data-set': {
    id: 0x2003,
    value: struct({ currentUtcOffset: i16, flags: timeFlags, timeSource: u8 }),
  },
  priority1: { id: 0x2005, value: setting },
  priority2: { id: 0x2006, value: setting },
  domain: { id: 0x2007, value: setting },
  'slave-only': { id: 0x2008, value: setting },
  'clock-accuracy': { id: 0x2010, value: setting },
  /** The two traceability flags, at their places in octet 7 of the header. */
  'traceability-properties': { id: 0x2012, value: setting },
  /** The flag ptpTimescale, at its place in octet 7 of the header. */
  'timescale-properties': { id: 0x2013, value: setting },
  'alternate-time-offset-enable': { id: 0x201e, value: struct({ key: u8, enabled: u8 }) },
  'alternate-time-offset-name': { id: 0x201f, value: struct({ key: u8, name: text }) },
  'alternate-time-offset-properties': {
    id: 0x2021,
    value: struct({ key: u8, offsetS: i32, jumpS: i32, nextJumpS: padded(u48, 1) }),
  },
} as const;

/** linuxptp's own data sets, in the range of managementIds that is free for experiments. */
export const CLOCK_DATA_SETS_NP = {
  'time-status-np': {
    id: 0xc000,
    value: struct({
      offsetFromMasterNs: i64,
      ingressTimeNs: i64,
      cumulativeScaledRateOffset: i32,
      scaledLastGmPhaseChange: i32,
      gmTimeBaseIndicator: u16,
      /** 2^-16 ns. */
      lastGmPhaseChange: i96,
      gmPresent: i32,
      grandmaster: clockIdentity,
    }),
  },
  'grandmaster-settings-np': {
    id: 0xc001,
    value: struct({ quality: clockQuality, currentUtcOffset: i16, flags: timeFlags, timeSource: u8 }),
  },
  'subscribe-events-np': {
    id: 0xc003,
    value: struct({
      /** Seconds until the subscription must be renewed. 0 ends it. */
      durationS: u16,
      events: padded(octetOf(bits({ portState: 0x01, timeSync: 0x02, parentDataSet: 0x04, cmlds: 0x08 })), 63),
    }),
  },
  'synchronization-uncertain-np': { id: 0xc006, value: setting },
  /** The grandmaster that a boundary clock of several processes announces. */
  'external-grandmaster-properties-np': {
    id: 0xc00d,
    value: struct({ grandmaster: clockIdentity, stepsRemoved: u16 }),
  },
} as const;
