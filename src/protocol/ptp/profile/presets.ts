import { SDO_1588, SDO_8021AS } from '../header.js';
import type { NeighbourRules, Profile } from './profile.js';

/** 16 s: the pause in FAULTY. §9.2.5 leaves it open; other implementations use the same. */
const NEIGHBOUR: NeighbourRules = {
  ...{ capable: 'unjudged', thresholdNs: 20e6, allowedLost: 3, multipleResponderPauseS: 16, corrections: '1588' },
};

/** IEEE 1588-2019 annex I.3: delay request-response. */
const DEFAULT_E2E: Profile = {
  summary: 'IEEE 1588 default profile, end-to-end delay over UDP',
  transport: 'udp4',
  domain: 0,
  sdoId: SDO_1588,
  delay: 'e2e',
  hybrid: false,
  roles: 'elected',
  qualification: { announces: 2, withinIntervals: 4 },
  priority1: 128,
  priority2: 128,
  initial: { announce: 1, sync: 0, delay: 0 },
  announceTimeout: 3,
  announceTimeoutSpan: 1,
  syncTimeout: 10,
  onSyncLoss: 'report',
  neighbour: NEIGHBOUR,
  followUpInformation: false,
  pathTrace: false,
  anySource: false,
};

/** 802.1AS-2020 §8.6, §10.7 and §11.5. */
const GPTP: Profile = {
  ...DEFAULT_E2E,
  summary: 'IEEE 802.1AS-2020 (gPTP)',
  transport: 'l2',
  sdoId: SDO_8021AS,
  delay: 'p2p',
  qualification: { announces: 0, withinIntervals: 0 },
  priority1: 248,
  priority2: 248,
  initial: { announce: 0, sync: -3, delay: 0 },
  announceTimeoutSpan: 0,
  syncTimeout: 3,
  onSyncLoss: 'elect',
  neighbour: {
    capable: 'measured',
    thresholdNs: 800,
    allowedLost: 9,
    multipleResponderPauseS: 300,
    corrections: '802.1as',
  },
  gptpCapable: { logInterval: 0, timeout: 9 },
  followUpInformation: true,
  pathTrace: true,
};

/** The 2011 edition: one domain, no gPTP-capable Signaling (802.1AS-2011 §11.5.3). */
const { gptpCapable: _, ...REST_OF_GPTP } = GPTP;
const GPTP_2011: Profile = {
  ...REST_OF_GPTP,
  summary: 'IEEE 802.1AS-2011 (gPTP)',
  neighbour: { ...GPTP.neighbour, allowedLost: 3 },
};

/** Avnu Automotive Ethernet AVB functional specification 1.6, chapter 6: static roles, no Announce, fast start. */
const AUTOMOTIVE_RECEIVER: Profile = {
  ...GPTP_2011,
  summary: 'gPTP, automotive profile: timeReceiver by configuration',
  roles: 'static',
  initial: { announce: 0, sync: -5, delay: 0 },
  operational: { announce: 0, sync: 0, delay: 2 },
  onSyncLoss: 'hold',
  neighbour: { ...GPTP_2011.neighbour, capable: 'static' },
  followUpInformation: false,
  pathTrace: false,
  anySource: true,
};

const POWER: Profile = {
  ...DEFAULT_E2E,
  summary: 'IEC/IEEE 61850-9-3 (power utility)',
  transport: 'l2',
  delay: 'p2p',
  initial: { announce: 0, sync: 0, delay: 0 },
};

export const PROFILES = {
  default: DEFAULT_E2E,
  /** Annex I.4. */
  'default-p2p': { ...DEFAULT_E2E, summary: 'IEEE 1588 default profile, peer-to-peer delay over UDP', delay: 'p2p' },
  gptp: GPTP,
  'gptp-2011': GPTP_2011,
  'automotive-receiver': AUTOMOTIVE_RECEIVER,
  'automotive-transmitter': {
    ...AUTOMOTIVE_RECEIVER,
    summary: 'gPTP, automotive profile: grandmaster by configuration',
    followUpInformation: true,
  },
  '61850-9-3': POWER,
  'c37.238': { ...POWER, summary: 'IEEE C37.238-2017 (power system)', domain: 254, powerTlv: 'power-2017' },
  'c37.238-2011': { ...POWER, summary: 'IEEE C37.238-2011 (power system)', powerTlv: 'power-2011' },
  aes67: {
    ...DEFAULT_E2E,
    summary: 'AES67 media profile',
    initial: { announce: 1, sync: -3, delay: 0 },
    dscp: { event: 46, general: 34 },
  },
  /** RFC 9760: a timeReceiver may use several timeTransmitters at once. */
  enterprise: {
    ...DEFAULT_E2E,
    summary: 'Enterprise profile (RFC 9760): multicast Sync, unicast Delay_Req',
    hybrid: true,
    initial: { announce: 0, sync: 0, delay: 0 },
  },
} as const satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof PROFILES;

/** Returns a profile by its name. */
export const profileOf = (name: ProfileName): Profile => PROFILES[name];
