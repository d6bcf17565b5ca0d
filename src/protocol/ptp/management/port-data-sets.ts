import { bits, octetOf } from '../bits.js';
import { type Field, padded, repeated, struct } from '../field.js';
import { portIdentity } from '../identity.js';
import { i8, i32, i64, u8, u16, u32, u64le } from '../number.js';
import { portAddress } from '../port-address.js';
import { clockQuality } from '../quality.js';
import { text } from '../text.js';
import { timeInterval } from '../time.js';
import { nothing, setting } from './setting.js';

/** Numbers of portDS.portState (IEEE 1588-2019 table 20). */
export const PORT_STATES = {
  initializing: 1,
  faulty: 2,
  disabled: 3,
  listening: 4,
  'pre-master': 5,
  master: 6,
  passive: 7,
  uncalibrated: 8,
  slave: 9,
} as const;

/** Numbers of portDS.delayMechanism (table 21). */
export const DELAY_MECHANISMS = { e2e: 1, p2p: 2, 'common-p2p': 3, none: 0xfe } as const;

/** linuxptp's numbers for the way in which a port takes time stamps. */
export const TIMESTAMPING_NP = { software: 0, hardware: 1, legacy: 2, 'one-step': 3, 'p2p-one-step': 4 } as const;

/** linuxptp's numbers for the progress of unicast negotiation with a timeTransmitter. */
export const UNICAST_STATES_NP = { wait: 0, 'have-announce': 1, 'need-sync': 2, 'have-sync': 3 } as const;

/** The data sets of a port (IEEE 1588-2019 §15.5.3). */
export const PORT_DATA_SETS = {
  'port-data-set': {
    id: 0x2004,
    value: struct({
      port: portIdentity,
      state: u8,
      logMinDelayReqInterval: i8,
      peerMeanPathDelay: timeInterval,
      logAnnounceInterval: i8,
      announceReceiptTimeout: u8,
      logSyncInterval: i8,
      delayMechanism: u8,
      logMinPdelayReqInterval: i8,
      /** minorVersionPTP in the upper four bits, versionPTP in the lower four. */
      version: u8,
    }),
  },
  'log-announce-interval': { id: 0x2009, value: struct({ value: padded(i8, 1) }) },
  'announce-receipt-timeout': { id: 0x200a, value: setting },
  'log-sync-interval': { id: 0x200b, value: struct({ value: padded(i8, 1) }) },
  'version-number': { id: 0x200c, value: setting },
  'enable-port': { id: 0x200d, value: nothing },
  'disable-port': { id: 0x200e, value: nothing },
  'master-only': { id: 0x3001, value: setting },
  'delay-mechanism': { id: 0x6000, value: setting },
  'log-min-pdelay-req-interval': { id: 0x6001, value: struct({ value: padded(i8, 1) }) },
} as const;

/** A list: its length in 16 bits, then its elements. */
function counted<T>(field: Field<T>): Field<readonly T[]> {
  return {
    read(from) {
      const count = u16.read(from);
      return count === undefined ? undefined : repeated(field, count).read(from);
    },
    write(to, values) {
      u16.write(to, values.length);
      repeated(field, values.length).write(to, values);
    },
  };
}

/** Message counters by message type of four bits. */
const byType = repeated(u64le, 16);

/** linuxptp's own data sets of a port. */
export const PORT_DATA_SETS_NP = {
  'port-data-set-np': { id: 0xc002, value: struct({ neighbourDelayThresholdNs: u32, asCapable: i32 }) },
  'port-properties-np': {
    id: 0xc004,
    value: struct({ port: portIdentity, state: u8, timestamping: u8, interface: text }),
  },
  'port-stats-np': { id: 0xc005, value: struct({ port: portIdentity, received: byType, sent: byType }) },
  'port-service-stats-np': {
    id: 0xc007,
    value: struct({
      port: portIdentity,
      announceTimeouts: u64le,
      syncTimeouts: u64le,
      delayTimeouts: u64le,
      unicastServiceTimeouts: u64le,
      unicastRequestTimeouts: u64le,
      masterAnnounceTimeouts: u64le,
      masterSyncTimeouts: u64le,
      qualificationTimeouts: u64le,
      syncMismatches: u64le,
      followUpMismatches: u64le,
    }),
  },
  'unicast-master-table-np': {
    id: 0xc008,
    value: struct({
      masters: counted(
        struct({
          port: portIdentity,
          quality: clockQuality,
          /** 1: the port follows it. */
          selected: u8,
          state: u8,
          priority1: u8,
          priority2: u8,
          address: portAddress,
        }),
      ),
    }),
  },
  'port-hwclock-np': {
    id: 0xc009,
    /** `phc`: N of /dev/ptpN, negative without one. */
    value: struct({ port: portIdentity, phc: i32, flags: padded(octetOf(bits({ virtual: 0x01 })), 1) }),
  },
  'cmlds-info-np': {
    id: 0xc00b,
    value: struct({ meanLinkDelay: timeInterval, scaledNeighborRateRatio: i32, asCapable: u32 }),
  },
  'port-corrections-np': { id: 0xc00c, value: struct({ egress: i64, ingress: i64, asymmetry: i64 }) },
} as const;
