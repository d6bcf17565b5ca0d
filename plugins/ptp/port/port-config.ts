import {
  duration,
  hardwareClock,
  networkInterface,
  oneOf,
  parseDuration,
  socketPath,
  text,
  wholeNumber,
} from 'timehub/api';
import {
  type Intervals,
  type Latencies,
  type Profile,
  type ProfileName,
  parseClockIdentity,
  profileOf,
} from 'timehub/protocol/ptp';
import { addressRanges } from 'timehub/toolkit';
import * as v from 'valibot';
import { isMac } from './receive-filter.js';

/** `automotive` is one of two profiles by the role. */
const PROFILE_NAMES = [
  'default',
  'default-p2p',
  'gptp',
  'gptp-2011',
  'automotive',
  '61850-9-3',
  'c37.238',
  'c37.238-2011',
  'aes67',
  'enterprise',
] as const;

const TRANSPORTS = { udp4: 'udp4', udp6: 'udp6', ethernet: 'l2' } as const;

const INTERVAL = 'an interval of a power of two seconds, such as "125ms", "1s" or "2s", from 7.8125ms to 64s';
const CLOCK = 'a clock identity of 16 hex digits such as "001122.fffe.334455"';
const ALLOWED = 'a range of addresses such as "192.0.2.0/24" or "all", or a MAC address';
const CORRECTION = { min: '-1s', max: '1s' };

/** Durations in the text, log2 of seconds in the program. */
const interval = () =>
  v.pipe(
    v.string(INTERVAL),
    v.check((value) => {
      const log2 = Math.log2((parseDuration(value) ?? Number.NaN) / 1e9);
      return Number.isInteger(log2) && log2 >= -7 && log2 <= 6;
    }, INTERVAL),
    v.transform((value) => Math.log2(parseDuration(value)! / 1e9)),
  );

const described = <S extends v.GenericSchema>(schema: S, description: string) =>
  v.pipe(schema, v.description(description));

/** What both roles are told about their port. */
export const PORT_ENTRIES = {
  interface: described(networkInterface(), 'The network interface.'),
  profile: described(
    v.optional(oneOf(PROFILE_NAMES), 'default'),
    'The PTP profile: everything below has its default from it.',
  ),
  transport: described(
    v.optional(oneOf(Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[])),
    'UDP over IPv4 or IPv6, or layer 2 (needs CAP_NET_RAW). Default: the profile’s.',
  ),
  domain: described(v.optional(wholeNumber(0, 255)), 'PTP domain. Default: the profile’s.'),
  delay: described(
    v.optional(oneOf(['e2e', 'p2p', 'common-p2p'])),
    'Delay mechanism: end to end (Delay_Req), peer to peer (Pdelay_Req), or peer to peer by the service that is common to ' +
      'all domains of the link (CMLDS). Default: the profile’s.',
  ),
  stamps: described(
    v.optional(oneOf(['auto', 'hardware', 'software']), 'auto'),
    'Who stamps: the network card where it can and its clock can be opened (auto), the card or nobody, the kernel.',
  ),
  clock: described(
    v.optional(hardwareClock('a device such as "ptp2"')),
    'Stamp by this virtual clock of the interface instead of its own clock.',
  ),
  'answer-common-p2p': described(
    v.optional(v.boolean('true or false'), true),
    'Answer Pdelay_Req of the service that is common to all domains of the link (CMLDS): of several ports on an interface, one.',
  ),
  'minor-version': described(
    v.optional(v.picklist(['auto', 0, 1], '"auto", 0 or 1'), 'auto'),
    'minorVersionPTP: 1, and 0 once the other side speaks that or answers nothing else (auto), or always the one or the other.',
  ),
  'announce-interval': described(v.optional(interval()), 'Between Announces. Default: the profile’s.'),
  'sync-interval': described(v.optional(interval()), 'Between Syncs. Default: the profile’s.'),
  'delay-interval': described(v.optional(interval()), 'Between Delay_Req or Pdelay_Req. Default: the profile’s.'),
  'announce-timeout': described(
    v.optional(wholeNumber(2, 255)),
    'Announce intervals of silence after which a timeTransmitter is given up. Default: the profile’s.',
  ),
  'neighbour-threshold': described(
    v.optional(duration({ min: '1ns', max: '1s' })),
    'The longest neighbour delay of a gPTP link; software stamps and converters need more than the 800 ns of the standard.',
  ),
  'egress-latency': described(v.optional(duration(CORRECTION), '0s'), 'From the transmit stamp to the wire.'),
  'ingress-latency': described(v.optional(duration(CORRECTION), '0s'), 'From the wire to the receive stamp.'),
  asymmetry: described(
    v.optional(duration(CORRECTION), '0s'),
    'delayAsymmetry: by how much the way from the timeTransmitter is longer than the mean of both ways.',
  ),
  'stamp-timeout': described(
    v.optional(duration({ min: '1ms', max: '10s' }), '100ms'),
    'How long to wait for a transmit stamp. One that does not come is counted and costs that exchange, nothing else.',
  ),
  'clock-identity': described(
    v.optional(
      v.pipe(
        text(CLOCK),
        v.check((value) => parseClockIdentity(value) !== undefined, CLOCK),
      ),
    ),
    'clockIdentity. The ports of one hub share one: the first that is given, or that of the first port’s MAC address.',
  ),
  'port-number': described(
    v.optional(wholeNumber(1, 65534)),
    'portNumber: another for each port of one identity. Default: 1, 2, … in the order of the configuration.',
  ),
  allow: described(
    v.optional(addressRanges(ALLOWED, isMac), ['all']),
    'Whose messages are taken, whatever they say: ranges of IP addresses, and MAC addresses with transport = "ethernet".',
  ),
  management: described(
    v.optional(socketPath('a path such as "/run/timehub/ptp4l"')),
    'Path of a Unix datagram socket that linuxptp’s pmc can ask: "pmc -u -s PATH". Default: none.',
  ),
  'management-over-network': described(
    v.optional(v.boolean('true or false'), false),
    'Answer management messages (GET only) that come over the network.',
  ),
} as const;

const portTable = v.strictObject(PORT_ENTRIES);
export type PortConfig = v.InferOutput<typeof portTable>;

/** The profile with what the configuration changes in it. */
export function profileOfConfig(config: PortConfig, role: 'receiver' | 'transmitter'): Profile {
  const { profile, transport, domain, delay } = config;
  const base: Profile = profileOf(profile === 'automotive' ? (`automotive-${role}` satisfies ProfileName) : profile);
  const threshold = config['neighbour-threshold'];
  const wished = role === 'receiver' ? wishesOf(config) : undefined;
  const initial = {
    announce: (wished === undefined ? config['announce-interval'] : undefined) ?? base.initial.announce,
    sync: (wished === undefined ? config['sync-interval'] : undefined) ?? base.initial.sync,
    delay: config['delay-interval'] ?? base.initial.delay,
  };
  return {
    ...base,
    ...(transport === undefined ? {} : { transport: TRANSPORTS[transport] }),
    ...(domain === undefined ? {} : { domain }),
    ...(delay === undefined ? {} : { delay }),
    initial,
    announceTimeout: config['announce-timeout'] ?? base.announceTimeout,
    neighbour: { ...base.neighbour, ...(threshold === undefined ? {} : { thresholdNs: threshold }) },
  };
}

/** In gPTP the intervals of what a receiver hears are the neighbour's to set, who is asked for them. */
export function wishesOf(config: PortConfig): Partial<Intervals> | undefined {
  const { 'announce-interval': announce, 'sync-interval': sync } = config;
  if (!config.profile.startsWith('gptp') || (announce === undefined && sync === undefined)) return undefined;
  return { ...(announce === undefined ? {} : { announce }), ...(sync === undefined ? {} : { sync }) };
}

export const latenciesOf = (config: PortConfig): Latencies => ({
  egressNs: config['egress-latency'],
  ingressNs: config['ingress-latency'],
  asymmetryNs: config.asymmetry,
});
