import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { request as csptpRequest, REQUEST_OCTETS } from 'timehub/protocol/csptp';
import { MODE_CLIENT, request as ntpRequest } from 'timehub/protocol/ntp';
import { ALL_PORTS, DATA_SETS, encode, type Message, NO_FLAGS, NO_INTERVAL, type Tlv } from 'timehub/protocol/ptp';
import type { Tables } from '../../src/lab/testing/plans.js';
import { PtpLab } from './testing/ptp-lab.js';

const SERVER = '192.0.2.1';
const PTP_SERVER = '10.0.0.1';
const PAGE = new URL('../../../docs/hostile-peers.md', import.meta.url);

const SINKS: Tables = {
  'sink.ptp.gm': { interface: 'eth0', unicast: true, 'management-over-network': true, role: 'fixed' },
  'sink.ntp.lan': {},
};
const CSPTP: Tables = { 'sink.csptp.lan': { interface: 'eth0', listen: '10.0.0.1:319' } };

interface Row {
  readonly service: string;
  readonly request: string;
  /** Requests, sent one second apart. */
  readonly sent: readonly Uint8Array[];
  readonly port: number;
  /** Ratio of UDP payload octets, sent to received, rounded to hundredths. */
  readonly packets: string;
  readonly octets: string;
  readonly why?: string;
  readonly tables?: Tables;
}

function octetsOf(message: Message): Uint8Array {
  const octets = new Uint8Array(512);
  return octets.slice(0, encode(message, octets));
}

const source = { clock: '0a0a0a0a0a0a0a0a', port: 1 };
const header = (unicast = true) => ({
  ...{ sdoId: 0, minorVersion: 1, domain: 0, flags: { ...NO_FLAGS, unicast }, correction: 0n, typeSpecific: 0 },
  ...{ source, sequenceId: 1, logInterval: NO_INTERVAL },
});
const signaling = (tlvs: readonly Tlv[]) => octetsOf({ kind: 'signaling', header: header(), target: ALL_PORTS, tlvs });
const wish = (messageType: number): Tlv => ({ kind: 'request-unicast', messageType, logInterval: -7, durationS: 1000 });
const cancel: Tlv = { kind: 'cancel-unicast', messageType: 0, maintainRequest: false, maintainGrant: false };
const all = signaling([0xb, 0, 9].map(wish));
const delayReq = octetsOf({ kind: 'delay-req', header: header(), origin: 0n, tlvs: [] });
const pdelayReq = octetsOf({ kind: 'pdelay-req', header: header(), origin: 0n, tlvs: [] });
const manage = (action: 'get' | 'set', id: number, octets: number) =>
  octetsOf({
    ...{ kind: 'management', header: header(), target: ALL_PORTS, startingHops: 0, hops: 0, action },
    tlvs: [{ kind: 'management', id, data: new Uint8Array(octets) }],
  });
const DEFAULT_DATA_SET = DATA_SETS['default-data-set'].id;
const PRIORITY1 = DATA_SETS.priority1.id;

const ntp = (first: number, octets = 48): Uint8Array => {
  const packet = new Uint8Array(octets);
  packet.set(ntpRequest(new Uint8Array(8).fill(7)));
  packet[0] = first;
  return packet;
};
const csptp = (length: number) =>
  csptpRequest({ sequenceId: 1, domain: 128, dialect: 'plain', wantStatus: true, wantAlternate: false, length });
const times = (count: number, octets: Uint8Array) => Array.from({ length: count }, () => octets);

const FORMAT = 'the formats of the standard';
const ROWS: readonly Row[] = [
  ...[1, 2, 3, 4].map((version): Row => {
    const sent = [ntp((version << 3) | MODE_CLIENT)];
    return { service: 'NTP', request: `mode 3, version ${version}`, sent, port: 123, packets: '1', octets: '1' };
  }),
  { service: 'NTP', request: 'mode 1', sent: [ntp(0x21)], port: 123, packets: '1', octets: '1' },
  {
    service: 'NTP',
    request: 'mode 3 with a MAC that no key verifies',
    sent: [ntp(0x23, 68)],
    port: 123,
    packets: '1',
    octets: '0.76',
  },
  {
    service: 'NTP',
    request: 'modes 2, 4, 5',
    sent: [0x22, 0x24, 0x25].map((first) => ntp(first)),
    port: 123,
    packets: '0',
    octets: '0',
  },
  { service: 'NTP', request: 'mode 6 (control)', sent: [ntp(0x26)], port: 123, packets: '0', octets: '0' },
  { service: 'NTP', request: 'mode 7 (private)', sent: [ntp(0x27)], port: 123, packets: '0', octets: '0' },
  {
    ...{
      service: 'NTP',
      request: 'denied, `on-deny = "kiss"`',
      sent: [ntp(0x23)],
      port: 123,
      packets: '1',
      octets: '1',
    },
    tables: { 'sink.ntp.lan': { deny: ['all'], 'on-deny': 'kiss' } },
  },
  {
    ...{ service: 'NTP', request: 'twice as often as `rate-limit` allows', sent: times(100, ntp(0x23)), port: 123 },
    ...{ packets: '1', octets: '1', tables: { 'sink.ntp.lan': { 'rate-limit': {} } } },
  },
  {
    service: 'PTP',
    request: 'request for Announces',
    sent: [signaling([wish(0xb)])],
    port: 320,
    packets: '1',
    octets: '1.04',
    why: FORMAT,
  },
  {
    service: 'PTP',
    request: 'request for Announce, Sync, Delay_Resp',
    sent: [all],
    port: 320,
    packets: '1',
    octets: '1.08',
    why: FORMAT,
  },
  {
    service: 'PTP',
    request: 'that every 5 s, and four Delay_Req between',
    sent: times(100, delayReq).map((request, n) => (n % 5 === 0 ? all : request)),
    port: 319,
    packets: '6.94',
    octets: '8',
    why: 'no cookie in PTP',
  },
  { service: 'PTP', request: 'cancellation', sent: [signaling([cancel])], port: 320, packets: '1', octets: '1' },
  {
    service: 'PTP',
    request: 'Delay_Req to one address',
    sent: [delayReq],
    port: 319,
    packets: '1',
    octets: '1.23',
    why: FORMAT,
  },
  {
    service: 'PTP',
    request: 'Pdelay_Req to one address',
    sent: [pdelayReq],
    port: 319,
    packets: '2',
    octets: '2',
    why: 'two steps',
    tables: { 'sink.ptp.gm': { interface: 'eth0', delay: 'p2p', role: 'fixed' } },
  },
  {
    service: 'PTP',
    request: 'management GET, padded to its answer',
    sent: [manage('get', DEFAULT_DATA_SET, 20)],
    port: 320,
    packets: '1',
    octets: '1',
  },
  {
    service: 'PTP',
    request: 'management GET without padding',
    sent: [manage('get', DEFAULT_DATA_SET, 0)],
    port: 320,
    packets: '1',
    octets: '1.11',
    why: FORMAT,
  },
  {
    service: 'PTP',
    request: 'management SET',
    sent: [manage('set', PRIORITY1, 2)],
    port: 320,
    packets: '1',
    octets: '1.07',
    why: FORMAT,
  },
  {
    service: 'CSPTP',
    request: 'of 52 octets, not padded',
    sent: [csptp(52)],
    port: 319,
    packets: '0',
    octets: '0',
    tables: CSPTP,
  },
  {
    service: 'CSPTP',
    request: `padded to ${REQUEST_OCTETS} octets`,
    sent: [csptp(REQUEST_OCTETS)],
    port: 319,
    packets: '2',
    octets: '1.34',
    why: 'two steps',
    tables: CSPTP,
  },
  {
    ...{
      service: 'CSPTP',
      request: 'that, `steps = "one"`',
      sent: [csptp(REQUEST_OCTETS)],
      port: 319,
      packets: '1',
      octets: '1',
    },
    tables: { 'sink.csptp.lan': { interface: 'eth0', listen: '10.0.0.1:319', steps: 'one' } },
  },
];

/** Sends from a new address. Returns what comes back within 20 s after the last request. */
async function measure({ sent, port, tables = SINKS }: Row): Promise<{ packets: number; octets: number }> {
  const lab = new PtpLab();
  const [hub, outsider] = [lab.add(), lab.add()];
  const segment = lab.segment('lan');
  for (const machine of [hub, outsider]) machine.plug(segment);
  await hub.start(tables);
  await lab.run(10);
  const back = { packets: 0, octets: 0 };
  const own = port === 123 ? {} : { interface: 'eth0' };
  const [event, general] = [port === 123 ? 123 : 319, port === 123 ? 124 : 320].map((at) => {
    const socket = outsider.host.network.udp({ ...own, port: at });
    socket.onDatagram(({ payload }) => {
      back.packets++;
      back.octets += payload.length;
    });
    return socket;
  });
  for (const octets of sent) {
    const isEvent = port === 123 || (octets[0]! & 0x08) === 0;
    const to = port === 123 ? 123 : isEvent ? 319 : 320;
    (isEvent ? event : general)!.send(octets, { address: port === 123 ? SERVER : PTP_SERVER, port: to });
    await lab.run(1);
  }
  await lab.run(20);
  await lab.stop();
  return back;
}

const rounded = (ratio: number): string => String(Math.round(ratio * 100) / 100);

describe('the answers to an unproven address', function () {
  this.timeout(60_000);
  const page = readFileSync(PAGE, 'utf8');

  for (const row of ROWS) {
    const { service, request, sent, packets, octets, why } = row;
    it(`${service}, ${request}: ${packets} packets and ${octets} octets for each one`, async () => {
      const back = await measure(row);
      const octetsIn = sent.reduce((sum, { length }) => sum + length, 0);
      expect([rounded(back.packets / sent.length), rounded(back.octets / octetsIn)]).to.deep.equal([packets, octets]);
      expect(why !== undefined || (Number(packets) <= 1 && Number(octets) <= 1)).to.equal(true);
      expect(page).to.include(`| ${service} | ${request} | ${packets} | ${octets} | ${why ?? '–'} |`);
    });
  }
});
