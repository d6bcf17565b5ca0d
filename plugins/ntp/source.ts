import { defineSource, duration, flag, table, wholeNumber } from 'timehub/api';
import { octetsOf, parseServer } from 'timehub/protocol/address';
import { serverAddress } from 'timehub/toolkit';
import * as v from 'valibot';
import { Client } from './client.js';

const ADDRESS = 'a server such as "ntp.example.org", "192.0.2.1:11123" or "[2001:db8::1]:123"';
const INTERVAL = { min: '125ms', max: '36h' };
const POOL = 'a name with several addresses such as "2.pool.ntp.org"';
const MOST_MEMBERS = 16;
const DEFAULT_MEMBERS = 4;
/** poll-max when none is given, in multiples of poll-min: long intervals cost accuracy and save next to nothing. */
const DEFAULT_RANGE = 4;

const config = v.pipe(
  table({
    address: v.pipe(
      v.optional(serverAddress({ what: ADDRESS })),
      v.description(
        'The server; port 123 unless another is given. Required unless `pool` is given. A name is resolved at the start, and again when its server stops being useful.',
      ),
    ),
    pool: v.pipe(
      v.optional(
        v.pipe(
          serverAddress({ what: POOL }),
          v.check((name) => octetsOf(parseServer(name)!.host) === undefined, POOL),
        ),
      ),
      v.description(
        'Instead of `address`: a name whose addresses are independent servers. The table becomes `count` sources (`ntp.a-1`, `ntp.a-2`, …), each with its own server and vote.',
      ),
    ),
    count: v.pipe(
      v.optional(wholeNumber(1, MOST_MEMBERS)),
      v.description(`Number of servers of the pool to ask. Default: ${DEFAULT_MEMBERS}.`),
    ),
    'poll-min': v.pipe(
      v.optional(duration(INTERVAL), '64s'),
      v.description(
        'Shortest interval between requests. Public servers may be asked every 64 s (BCP 223). 1 s is fine on your own network; shorter intervals pay for delays below 10 ms.',
      ),
    ),
    'poll-max': v.pipe(
      v.optional(duration(INTERVAL)),
      v.description(
        `Longest interval, used when a reply would add little. Long intervals cost accuracy, because the clock wanders meanwhile. Default: ${DEFAULT_RANGE} × \`poll-min\`.`,
      ),
    ),
    iburst: v.pipe(
      v.optional(flag(), true),
      v.description(
        'Start with sixteen requests in a minute and a half, eight of them 2 s apart, so that time and frequency are known soon.',
      ),
    ),
  }),
  v.forward(
    v.check((c) => (c['poll-max'] ?? c['poll-min']) >= c['poll-min'], 'a duration not below poll-min'),
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
    v.check((c) => c.count === undefined || c.pool !== undefined, 'left out where there is no pool'),
    ['count'],
  ),
);

type Config = v.InferOutput<typeof config>;

export default defineSource<Config>({
  type: 'ntp',
  summary: 'Asks an NTP server for the time (NTPv4 client, RFC 5905)',
  stability: 'beta',
  needs: [],
  spreadsNames: true,
  config,
  instances({ pool, count = DEFAULT_MEMBERS, ...shared }) {
    return pool === undefined ? undefined : Array.from({ length: count }, () => ({ ...shared, address: pool }));
  },
  create(config, context) {
    const minNs = config['poll-min'];
    const client = new Client(context, {
      server: parseServer(config.address!)!,
      poll: { minNs, maxNs: config['poll-max'] ?? DEFAULT_RANGE * minNs, start: config.iburst ? 'burst' : 'steady' },
    });
    return {
      start: async () => client.start(),
      stop: async () => client.stop(),
      inspect: () => client.inspect(),
    };
  },
});
