import { REQUEST_OCTETS, request } from '../../../src/protocol/csptp/index.js';
import {
  ALL_PORTS,
  DATA_SETS,
  encode,
  GENERAL_PORT,
  GROUP_IPV4,
  MESSAGES,
  type Message,
} from '../../../src/protocol/ptp/index.js';
import { announceOf, flagsOf, headerOf, portOf } from '../../../src/protocol/ptp/port/testing/messages.js';
import { CSPTP_PORT, HUB_ADDRESS, NTP_PORT } from '../addresses.js';
import { floodOf } from './flood.js';

/** Number of addresses in 11.0.0.0/8, enough to act as random ones. */
const MANY = 2 ** 24;

/** Length of the PTP header (IEEE 1588-2019 table 35) and of an Announce (table 43), octets. */
const SOURCE_PORT_IDENTITY = 20;
const SEQUENCE_ID = 30;
const GRANDMASTER_IDENTITY = 53;
/** Offset of the last four octets of a clock identity. */
const SERIAL = 4;
/** Offset of the transmit timestamp in an NTP packet (RFC 5905 figure 8). */
const TRANSMIT_TIMESTAMP = 40;

/** A client's request (version 4, mode 3). */
const NTP_REQUEST = Uint8Array.from({ length: 48 }, (_, n) => (n === 0 ? (4 << 3) | 3 : 0));
const ntpFields = { [TRANSMIT_TIMESTAMP]: 'random', [TRANSMIT_TIMESTAMP + 4]: 'random' } as const;
const ntp = { to: HUB_ADDRESS, port: NTP_PORT, rate: 80_000, payload: NTP_REQUEST, fields: ntpFields };

export const ntpFlood = floodOf({ ...ntp, name: '80,000 NTP requests/s from random addresses', clients: MANY });

export const ntpFloodOfOne = floodOf({ ...ntp, name: '80,000 NTP requests/s from one address', clients: 1 });

const general = { to: HUB_ADDRESS, port: GENERAL_PORT, sourcePort: GENERAL_PORT };
const ptpFields = { [SOURCE_PORT_IDENTITY + SERIAL]: 'client', [SEQUENCE_ID]: 'sequence' } as const;

/** The highest rate and longest time that a client may ask for: Announce, Sync and Delay_Resp at 128/s for 1000 s. */
export const ptpGrants = floodOf({
  ...general,
  name: 'unicast grant requests from 3,000 forged addresses',
  clients: 3000,
  rate: 1500,
  // Grants, and the few messages that the hub sends to an address before the address shows that it receives them.
  mostOctets: 4,
  payload: octetsOf({
    kind: 'signaling',
    header: headerOf(portOf(1), 0, { flags: flagsOf({ unicast: true }) }),
    target: ALL_PORTS,
    tlvs: (['announce', 'sync', 'delay-resp'] as const).map((kind) => ({
      kind: 'request-unicast' as const,
      messageType: MESSAGES[kind].type,
      logInterval: -7,
      durationS: 1000,
    })),
  }),
  fields: ptpFields,
});

/** Announces of grandmasters better than the hub. Each announces often enough to qualify (IEEE 1588-2019 §9.3.2.4.4). */
export const ptpAnnounces = floodOf({
  ...general,
  to: GROUP_IPV4,
  name: '2,000 Announces/s of 500 better clocks',
  clients: 500,
  rate: 2000,
  payload: octetsOf(announceOf(portOf(1), { priority1: 0 })),
  fields: { ...ptpFields, [GRANDMASTER_IDENTITY + SERIAL]: 'client' },
});

export const ptpManagement = floodOf({
  ...general,
  name: '20,000 PTP management requests/s',
  clients: MANY,
  rate: 20_000,
  payload: octetsOf({
    kind: 'management',
    header: headerOf(portOf(1), 0),
    target: ALL_PORTS,
    startingHops: 1,
    hops: 1,
    action: 'get',
    tlvs: [{ kind: 'management', id: DATA_SETS['default-data-set'].id, data: new Uint8Array(0) }],
  }),
  fields: ptpFields,
});

export const csptpRequests = floodOf({
  name: '40,000 CSPTP requests/s',
  to: HUB_ADDRESS,
  port: CSPTP_PORT,
  clients: MANY,
  rate: 40_000,
  payload: request({
    ...{ sequenceId: 0, domain: 128, dialect: 'plain', wantStatus: true, wantAlternate: true },
    length: REQUEST_OCTETS,
  }),
  // The Sync is as long as the request; the Follow_Up has 44 octets more.
  mostOctets: 1.6,
  fields: { [SEQUENCE_ID]: 'sequence' },
});

function octetsOf(message: Message): Uint8Array {
  const octets = new Uint8Array(512);
  return octets.slice(0, encode(message, octets));
}
