import {
  described,
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

/** `automotive` stands for two profiles, one for each role. */
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

/** An interval: a duration in the configuration, log2 of seconds in the program. */
const interval = () =>
  v.pipe(
    v.string(INTERVAL),
    v.check((value) => {
      const log2 = Math.log2((parseDuration(value) ?? Number.NaN) / 1e9);
      return Number.isInteger(log2) && log2 >= -7 && log2 <= 6;
    }, INTERVAL),
    v.transform((value) => Math.log2(parseDuration(value)! / 1e9)),
  );

/** The configuration keys of both roles. */
export const PORT_ENTRIES = {
  interface: described(networkInterface(), 'Network interface of the port.'),
  profile: described(
    v.optional(oneOf(PROFILE_NAMES), 'default'),
    'PTP profile: it sets the defaults of the keys below.',
  ),
  transport: described(
    v.optional(oneOf(Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[])),
    "UDP (ports 319 and 320 need CAP_NET_BIND_SERVICE) or layer 2 (needs CAP_NET_RAW). Default: the profile's.",
  ),
  domain: described(
    v.optional(wholeNumber(0, 255)),
    "PTP domain; messages of other domains are ignored. Default: the profile's.",
  ),
  delay: described(
    v.optional(oneOf(['e2e', 'p2p', 'common-p2p'])),
    "Delay mechanism. e2e: Delay_Req to the timeTransmitter. p2p: Pdelay_Req to the neighbour. common-p2p: Pdelay_Req by the service that all domains of the link share (CMLDS). Default: the profile's.",
  ),
  stamps: described(
    v.optional(oneOf(['auto', 'hardware', 'software']), 'auto'),
    'auto: hardware stamps where the card stamps PTP messages and its clock can be opened, else kernel stamps. hardware: hardware stamps or failure. software: kernel stamps.',
  ),
  clock: described(
    v.optional(hardwareClock('a device such as "ptp2"')),
    "Stamp with this virtual clock of the interface (sysfs n_vclocks). With hardware stamps, add [source.phc] of the same clock, which ties it to the system clock, and [sink.phc] to steer it. Default: the interface's own clock.",
  ),
  'answer-common-p2p': described(
    v.optional(v.boolean('true or false'), true),
    'Answer Pdelay_Req of the shared service (CMLDS). Of several ports on one interface, only one answers.',
  ),
  'minor-version': described(
    v.optional(v.picklist(['auto', 0, 1], '"auto", 0 or 1'), 'auto'),
    'minorVersionPTP. auto: PTP 2.1, and 2.0 once the other side speaks it; when four messages in a row got no answer or stamp, and none before them did, the other version is tried. 0 or 1: fixed, for equipment where auto fails.',
  ),
  'announce-interval': described(
    v.optional(interval()),
    "Interval between Announces that are sent or expected. Default: the profile's.",
  ),
  'sync-interval': described(
    v.optional(interval()),
    "Interval between Syncs that are sent or expected. Default: the profile's.",
  ),
  'delay-interval': described(
    v.optional(interval()),
    "Interval between Delay_Req or Pdelay_Req. Default: the profile's.",
  ),
  'announce-timeout': described(
    v.optional(wholeNumber(2, 255)),
    "A timeTransmitter is given up after this many announce intervals without an Announce. Default: the profile's.",
  ),
  'neighbour-threshold': described(
    v.optional(duration({ min: '1ns', max: '1s' })),
    "Longest neighbour delay of a gPTP link. The standard's 800 ns suits hardware stamps and a direct cable. Default: the profile's.",
  ),
  'egress-latency': described(v.optional(duration(CORRECTION), '0s'), 'Delay from the transmit stamp to the plug.'),
  'ingress-latency': described(v.optional(duration(CORRECTION), '0s'), 'Delay from the plug to the receive stamp.'),
  asymmetry: described(
    v.optional(duration(CORRECTION), '0s'),
    'delayAsymmetry: delay from the timeTransmitter minus the mean delay of both directions. No measurement shows it.',
  ),
  'stamp-timeout': described(
    v.optional(duration({ min: '1ms', max: '10s' }), '100ms'),
    'Longest wait for a transmit stamp. A missing stamp is counted and costs only its exchange.',
  ),
  'clock-identity': described(
    v.optional(
      v.pipe(
        text(CLOCK),
        v.check((value) => parseClockIdentity(value) !== undefined, CLOCK),
      ),
    ),
    "clockIdentity. All ports of one hub share the identity that is given first. Default: made of the first port's MAC address.",
  ),
  'port-number': described(
    v.optional(wholeNumber(1, 65534)),
    'portNumber; unique among ports of one identity. Default: 1, 2, … in the order of the configuration.',
  ),
  allow: described(
    v.optional(addressRanges(ALLOWED, isMac), ['all']),
    'Senders whose messages are accepted: ranges of IP addresses, and MAC addresses with transport = "ethernet". The neighbour must be among them where the port measures its link. Pdelay_Req to the group, which a thread answers, are not filtered.',
  ),
  management: described(
    v.optional(socketPath('a path such as "/run/timehub/ptp4l"')),
    'Path of a Unix datagram socket for linuxptp\'s pmc: `pmc -u -s PATH "GET PORT_DATA_SET"`. Default: none.',
  ),
  'management-over-network': described(
    v.optional(v.boolean('true or false'), false),
    'Answer GET management messages from the network too, with no more octets than the request had. No message sets anything.',
  ),
} as const;

const portTable = v.strictObject(PORT_ENTRIES);
export type PortConfig = v.InferOutput<typeof portTable>;

/** Returns the profile with the changes of the configuration. */
export function profileOfConfig(config: PortConfig, role: 'receiver' | 'transmitter'): Profile {
  const { profile, transport, domain, delay } = config;
  const base: Profile = profileOf(profile === 'automotive' ? (`automotive-${role}` satisfies ProfileName) : profile);
  const threshold = config['neighbour-threshold'];
  const requested = role === 'receiver' ? requestedIntervalsOf(config) : undefined;
  const initial = {
    announce: (requested === undefined ? config['announce-interval'] : undefined) ?? base.initial.announce,
    sync: (requested === undefined ? config['sync-interval'] : undefined) ?? base.initial.sync,
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

/** Returns the intervals to request of the neighbour: in gPTP the sender sets the intervals of Announces and Syncs. */
export function requestedIntervalsOf(config: PortConfig): Partial<Intervals> | undefined {
  const { 'announce-interval': announce, 'sync-interval': sync } = config;
  if (!config.profile.startsWith('gptp') || (announce === undefined && sync === undefined)) return undefined;
  return { ...(announce === undefined ? {} : { announce }), ...(sync === undefined ? {} : { sync }) };
}

export const latenciesOf = (config: PortConfig): Latencies => ({
  egressNs: config['egress-latency'],
  ingressNs: config['ingress-latency'],
  asymmetryNs: config.asymmetry,
});
