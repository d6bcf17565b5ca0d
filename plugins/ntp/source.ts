import { defineSource, described, flag, networkInterface, oneOf, table, wholeNumber } from 'timehub/api';
import { octetsOf, parseServer } from 'timehub/protocol/address';
import {
  DEFAULT_KEY_FILE,
  isPollRange,
  KeyFile,
  keyFilePath,
  POLL_RANGE,
  pollEntries,
  pollOptions,
  refreshInterval,
  serverAddress,
  stampChoice,
  stampingOf,
  weakKeyTypes,
} from 'timehub/toolkit';
import * as v from 'valibot';
import { NtpClient } from './client.js';

const ADDRESS = 'a server such as "ntp.example.org", "192.0.2.1:11123" or "[2001:db8::1]:123"';
const POOL = 'a name with several addresses such as "2.pool.ntp.org"';
const VERSION = '4, 5 or "auto"';
const MOST_MEMBERS = 16;
const DEFAULT_MEMBERS = 4;
const HIGHEST_KEY = 0xffff_ffff;
const FAMILIES = { ipv4: 4, ipv6: 6 } as const;

const config = v.pipe(
  table({
    address: described(
      v.optional(serverAddress({ what: ADDRESS })),
      'The server; port 123 unless another is given. Required unless `pool` is given. A name is resolved at the start, when its server stops being useful, and every `refresh`.',
    ),
    pool: described(
      v.optional(
        v.pipe(
          serverAddress({ what: POOL }),
          v.check((name) => octetsOf(parseServer(name)!.host) === undefined, POOL),
        ),
      ),
      'Instead of `address`: a name whose addresses are independent servers. The table becomes `count` sources (`ntp.a-1`, `ntp.a-2`, …), each with its own server and vote.',
    ),
    count: described(
      v.optional(wholeNumber(1, MOST_MEMBERS)),
      `Number of servers of the pool to ask. Default: ${DEFAULT_MEMBERS}.`,
    ),
    family: described(
      v.optional(oneOf(['ipv4', 'ipv6'])),
      'Use only addresses of this family of the name. Default: both, in the order of the resolver; after one that cannot be reached the next one is asked.',
    ),
    refresh: refreshInterval(),
    burst: described(
      v.optional(flag(), false),
      'When a reply is lost, ask up to three more times, 2 s apart, as long as the mean interval stays above `poll-min`.',
    ),
    key: described(
      v.optional(wholeNumber(1, HIGHEST_KEY)),
      'Number of the symmetric key that authenticates requests and replies. Other replies are refused. Default: none.',
    ),
    version: described(
      v.optional(v.picklist([4, 5, 'auto'], VERSION), 4),
      'Version of NTP. 5 is experimental (draft-ietf-ntp-ntpv5-09): in the basic mode and without a key; both sides must have the same draft. "auto": 4, and 5 with a server that says that it speaks it.',
    ),
    // No default of the schema: check-config looks for the file only where it is named.
    'key-file': described(
      v.optional(keyFilePath()),
      `File with the keys, in chrony's format, which no other user may read. It is read again when it changes. Default: "${DEFAULT_KEY_FILE}".`,
    ),
    'weak-keys': weakKeyTypes(),
    interleaved: described(
      v.optional(flag(), false),
      'Ask for the interleaved mode (RFC 9769, `xleave` in chrony), in which the server states when its kernel or card really sent a reply. That stamp is fetched by a second request 20 ms after each one, so the source asks twice as often.',
    ),
    interface: described(v.optional(networkInterface()), 'Ask over this network interface only.'),
    stamps: stampChoice('all packets'),
    ...pollEntries('64s', {
      min: 'Public servers may be asked every 64 s (BCP 223). 1 s is fine on your own network; shorter intervals pay for delays below 10 ms.',
      iburst:
        'Start with sixteen requests in a minute and a half, eight of them 2 s apart, so that time and frequency are known soon.',
    }),
  }),
  v.forward(
    v.check((c) => isPollRange(c), POLL_RANGE),
    ['poll-max'],
  ),
  v.forward(
    v.check((c) => c.address !== undefined || c.pool !== undefined, ADDRESS),
    ['address'],
  ),
  v.forward(
    v.check((c) => c.address === undefined || c.pool === undefined, 'left out where address is given'),
    ['pool'],
  ),
  v.forward(
    v.check(
      (c) => c.family === undefined || c.address === undefined || octetsOf(parseServer(c.address)!.host) === undefined,
      'left out where address is not a name',
    ),
    ['family'],
  ),
  v.forward(
    v.check((c) => c.version === 4 || (c.key === undefined && !c.interleaved), '4 where key or interleaved is set'),
    ['version'],
  ),
  v.forward(
    v.check((c) => c.count === undefined || c.pool !== undefined, 'left out where there is no pool'),
    ['count'],
  ),
);

type Config = v.InferOutput<typeof config>;

export default defineSource<Config>({
  type: 'ntp',
  summary: 'Asks an NTP server for the time (NTPv4 client, RFC 5905; experimental: NTPv5)',
  stability: 'beta',
  needs: ['cap:net_admin', 'dev:ptp'],
  spreadsNames: true,
  config,
  instances({ pool, count = DEFAULT_MEMBERS, ...shared }) {
    return pool === undefined ? undefined : Array.from({ length: count }, () => ({ ...shared, address: pool }));
  },
  create(config, context) {
    const { key } = config;
    const keys =
      key === undefined ? undefined : new KeyFile(context, config['key-file'] ?? DEFAULT_KEY_FILE, config['weak-keys']);
    const client = new NtpClient(context, {
      server: parseServer(config.address!)!,
      poll: pollOptions(config),
      family: config.family && FAMILIES[config.family],
      refreshNs: config.refresh,
      version: config.version,
      interleaved: config.interleaved,
      stamping: () =>
        stampingOf(context, { stamps: config.stamps, packets: 'all packets' }, config.interface, 'TH_NTP_STAMPS'),
      ...(keys && { key: () => keys.key(key!) }),
    });
    return {
      async start() {
        keys?.open();
        client.start();
      },
      stop: async () => client.stop(),
      inspect: () => client.inspect(),
      exchanges: () => client.exchanges(),
    };
  },
});
