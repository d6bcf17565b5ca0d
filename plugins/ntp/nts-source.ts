import { defineSource, described, flag, path, table, wholeNumber } from 'timehub/api';
import { parseServer } from 'timehub/protocol/address';
import { NTSKE_PORT } from 'timehub/protocol/nts';
import { isPollRange, POLL_RANGE, pollEntries, pollOptions, refreshInterval, serverAddress } from 'timehub/toolkit';
import * as v from 'valibot';
import { NtsClient } from './nts/nts-client.js';

const POOL = 'the server of a pool such as "nts-pool.example.org"';
const MOST_MEMBERS = 16;
const DEFAULT_MEMBERS = 4;
const ADDRESS = 'a server such as "ptbtime1.ptb.de", "nts.example.org:4461" or "[2001:db8::1]"';

const config = v.pipe(
  table({
    address: described(
      v.optional(serverAddress({ what: ADDRESS, defaultPort: NTSKE_PORT })),
      'The server of the key exchange; port 4460 unless another is given. Its certificate must have this name or address. It names the NTP server, which is the same host otherwise. Required unless `pool` is given.',
    ),
    pool: described(
      v.optional(serverAddress({ what: POOL, defaultPort: NTSKE_PORT })),
      'Instead of `address`, experimental: the key exchange of an NTS pool (draft-venhoek-nts-pool), which gives several NTP servers. The table becomes `count` sources (`nts.a-1`, `nts.a-2`, …), each with its own server and vote.',
    ),
    count: described(
      v.optional(wholeNumber(1, MOST_MEMBERS)),
      `Number of servers of the pool to ask. Default: ${DEFAULT_MEMBERS}.`,
    ),
    ca: described(
      v.optional(path('a path such as "/etc/timehub/ca.pem"', 'input file')),
      'File with certificates (PEM) of the authorities that are trusted for this source, in place of those of the system. It is read at each key exchange.',
    ),
    interleaved: described(
      v.optional(flag(), false),
      'Ask for the interleaved mode (RFC 9769, `xleave` in chrony), in which the server states when its kernel or card really sent a reply. The source then asks twice as often.',
    ),
    refresh: refreshInterval(),
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
    v.check((c) => c.count === undefined || c.pool !== undefined, 'left out where there is no pool'),
    ['count'],
  ),
);

type Config = v.InferOutput<typeof config>;

export default defineSource<Config>({
  type: 'nts',
  summary: 'Asks an NTP server for the time, authenticated by NTS (RFC 8915)',
  stability: 'beta',
  needs: [],
  config,
  instances({ pool, count = DEFAULT_MEMBERS, ...shared }) {
    return pool === undefined ? undefined : Array.from({ length: count }, () => ({ ...shared, pool }));
  },
  create(config, context) {
    const server = parseServer((config.address ?? config.pool)!, NTSKE_PORT)!;
    const client = new NtsClient(context, {
      server,
      poll: pollOptions(config),
      ca: config.ca,
      interleaved: config.interleaved,
      refreshNs: config.refresh,
      isPool: config.pool !== undefined,
    });
    return {
      start: async () => client.start(),
      stop: async () => client.stop(),
      inspect: () => client.inspect(),
      exchanges: () => client.exchanges(),
    };
  },
});
