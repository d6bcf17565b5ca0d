import { expect } from 'chai';
import { NO_TIME_FLAGS } from '../flags.js';
import { hexOf, octetsOf } from '../testing/hex.js';
import {
  DATA_SETS,
  type DataSet,
  type DataSetName,
  dataSetName,
  isOfPort,
  readDataSet,
  writeDataSet,
} from './data-sets.js';

const CLOCK = '001122fffe334455';
const PORT = { clock: CLOCK, port: 2 };
const GNSS = { clockClass: 6, accuracy: 0x21, variance: 0x4e5d };
const TRACEABLE = {
  ...NO_TIME_FLAGS,
  currentUtcOffsetValid: true,
  ptpTimescale: true,
  timeTraceable: true,
  frequencyTraceable: true,
};

/** Data sets in linuxptp's layout. */
const DUMPS: { readonly [N in DataSetName]?: readonly [string, DataSet<N>] } = {
  null: ['', {}],
  'clock-description': [
    `8000 0a 494545452038 30322e33 0006 001122334455 0001 0004 c0000201 001122 00
     00 01 61 0462343332 001b19000100`,
    {
      clockType: 0x8000,
      physicalLayer: 'IEEE 802.3',
      physicalAddress: octetsOf('001122334455'),
      protocolAddress: { protocol: 1, address: Uint8Array.of(192, 0, 2, 1) },
      manufacturer: octetsOf('001122'),
      product: '',
      revision: 'a',
      user: 'b432',
      profile: octetsOf('001b19000100'),
    },
  ],
  'default-data-set': [
    '01 00 0003 80 06214e5d 7f 001122fffe334455 18 00',
    {
      flags: { twoStep: true, slaveOnly: false },
      numberPorts: 3,
      priority1: 128,
      quality: GNSS,
      priority2: 127,
      clock: CLOCK,
      domain: 24,
    },
  ],
  'current-data-set': [
    '0001 fffffffffffe8000 0000000000640000',
    { stepsRemoved: 1, offsetFromMaster: -0x18000n, meanPathDelay: 100n << 16n },
  ],
  'parent-data-set': [
    '001122fffe334455 0002 00 00 ffff 7fffffff 80 06214e5d 7f aabbccfffeddeeff',
    {
      parent: PORT,
      flags: { statistics: false },
      observedVariance: 0xffff,
      observedPhaseChangeRate: 0x7fffffff,
      priority1: 128,
      quality: GNSS,
      priority2: 127,
      grandmaster: 'aabbccfffeddeeff',
    },
  ],
  'time-properties-data-set': ['0025 3c 20', { currentUtcOffset: 37, flags: TRACEABLE, timeSource: 0x20 }],
  'port-data-set': [
    '001122fffe334455 0002 09 00 0000000000640000 01 03 fd 02 f8 12',
    {
      port: PORT,
      state: 9,
      logMinDelayReqInterval: 0,
      peerMeanPathDelay: 100n << 16n,
      logAnnounceInterval: 1,
      announceReceiptTimeout: 3,
      logSyncInterval: -3,
      delayMechanism: 2,
      logMinPdelayReqInterval: -8,
      version: 0x12,
    },
  ],
  priority1: ['f6 00', { value: 246 }],
  domain: ['18 00', { value: 24 }],
  'log-sync-interval': ['fd 00', { value: -3 }],
  'alternate-time-offset-properties': [
    '01 00000e10 fffff1f0 000065f1a2b3 00',
    { key: 1, offsetS: 3600, jumpS: -3600, nextJumpS: 0x65f1a2b3 },
  ],
  'time-status-np': [
    `ffffffffffffff9c 18c8d1f3e2a1b000 00000001 00000002 0003 000000000000000000010000 00000001
     aabbccfffeddeeff`,
    {
      offsetFromMasterNs: -100n,
      ingressTimeNs: 0x18c8d1f3e2a1b000n,
      cumulativeScaledRateOffset: 1,
      scaledLastGmPhaseChange: 2,
      gmTimeBaseIndicator: 3,
      lastGmPhaseChange: 1n << 16n,
      gmPresent: 1,
      grandmaster: 'aabbccfffeddeeff',
    },
  ],
  'grandmaster-settings-np': [
    '06214e5d 0025 3c 20',
    { quality: GNSS, currentUtcOffset: 37, flags: TRACEABLE, timeSource: 0x20 },
  ],
  'port-data-set-np': ['00000320 00000001', { neighbourDelayThresholdNs: 800, asCapable: 1 }],
  'subscribe-events-np': [
    `003c 03 ${'00'.repeat(63)}`,
    { durationS: 60, events: { portState: true, timeSync: true, parentDataSet: false, cmlds: false } },
  ],
  'port-properties-np': [
    '001122fffe334455 0002 06 01 04 65746830',
    { port: PORT, state: 6, timestamping: 1, interface: 'eth0' },
  ],
  'port-stats-np': [
    `001122fffe334455 0002 0100000000000000 ${'00'.repeat(120)} ${'00'.repeat(120)} 0002000000000000`,
    {
      port: PORT,
      received: [1n, ...Array<bigint>(15).fill(0n)],
      sent: [...Array<bigint>(15).fill(0n), 512n],
    },
  ],
  'port-hwclock-np': ['001122fffe334455 0002 ffffffff 01 00', { port: PORT, phc: -1, flags: { virtual: true } }],
  'unicast-master-table-np': [
    `0002 001122fffe334455 0002 06214e5d 01 03 80 7f 0001 0004 c0000201
     0000000000000000 0000 f8fe ffff 00 00 80 80 0003 0006 001122334455`,
    {
      masters: [
        {
          ...{ port: PORT, quality: GNSS, selected: 1, state: 3, priority1: 128, priority2: 127 },
          address: { protocol: 1, address: Uint8Array.of(192, 0, 2, 1) },
        },
        {
          ...{ port: { clock: '0000000000000000', port: 0 }, selected: 0, state: 0, priority1: 128, priority2: 128 },
          quality: { clockClass: 248, accuracy: 0xfe, variance: 0xffff },
          address: { protocol: 3, address: octetsOf('001122334455') },
        },
      ],
    },
  ],
  'cmlds-info-np': [
    '0000000000640000 fffffc18 00000001',
    { meanLinkDelay: 100n << 16n, scaledNeighborRateRatio: -1000, asCapable: 1 },
  ],
  'user-description': ['05 72 61 63 6b 31', { text: 'rack1' }],
  'alternate-time-offset-enable': ['01 01', { key: 1, enabled: 1 }],
  'alternate-time-offset-name': ['01 03 4d455a', { key: 1, name: 'MEZ' }],
  'port-service-stats-np': [
    `001122fffe334455 0002 ${[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => `0${n.toString(16)}00000000000000`).join(' ')}`,
    {
      port: PORT,
      announceTimeouts: 1n,
      syncTimeouts: 2n,
      delayTimeouts: 3n,
      unicastServiceTimeouts: 4n,
      unicastRequestTimeouts: 5n,
      masterAnnounceTimeouts: 6n,
      masterSyncTimeouts: 7n,
      qualificationTimeouts: 8n,
      syncMismatches: 9n,
      followUpMismatches: 10n,
    },
  ],
  'port-corrections-np': [
    '0000000000640000 ffffffffff9c0000 0000000000000001',
    { egress: 100n << 16n, ingress: -100n << 16n, asymmetry: 1n },
  ],
  'external-grandmaster-properties-np': ['aabbccfffeddeeff 0002', { grandmaster: 'aabbccfffeddeeff', stepsRemoved: 2 }],
};

/** The octets of each data set by the standard and linuxptp, without texts. */
const SIZES: Partial<Record<DataSetName, number>> = {
  'default-data-set': 20,
  'current-data-set': 18,
  'parent-data-set': 32,
  'time-properties-data-set': 4,
  'port-data-set': 26,
  'time-status-np': 50,
  'grandmaster-settings-np': 8,
  'port-data-set-np': 8,
  'subscribe-events-np': 66,
  'port-stats-np': 266,
  'port-service-stats-np': 90,
  'port-hwclock-np': 16,
  'cmlds-info-np': 16,
};

describe('management data sets octet by octet', () => {
  for (const name of Object.keys(DUMPS) as DataSetName[]) {
    it(name, () => {
      const [dump, value] = DUMPS[name]!;
      const octets = octetsOf(dump);
      expect(readDataSet(name, octets)).to.deep.equal(value);
      expect(hexOf(writeDataSet(name, value as never))).to.equal(hexOf(octets));
      if (SIZES[name] !== undefined) expect(octets).to.have.length(SIZES[name]);
    });
  }

  it('are not read from too few octets', () => {
    for (const name of Object.keys(SIZES) as DataSetName[]) {
      const octets = octetsOf(DUMPS[name]![0]);
      expect(readDataSet(name, octets.subarray(0, 2)), name).to.equal(undefined);
    }
    expect(readDataSet('current-data-set', new Uint8Array(17))).to.equal(undefined);
    expect(readDataSet('priority1', new Uint8Array(0))).to.equal(undefined);
    expect(readDataSet('clock-description', octetsOf('8000 ff 00'))).to.equal(undefined);
  });

  it('are found by their managementId', () => {
    for (const [name, { id }] of Object.entries(DATA_SETS)) expect(dataSetName(id)).to.equal(name);
    expect(dataSetName(0x2222)).to.equal(undefined);
    expect([isOfPort('port-stats-np'), isOfPort('port-data-set'), isOfPort('time-status-np')]).to.deep.equal([
      true,
      true,
      false,
    ]);
  });
});
