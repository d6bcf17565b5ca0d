import { defineSource, duration, flag, table } from 'timehub/api';
import { parseServer, serverAddress } from 'timehub/protocol/client-server';
import * as v from 'valibot';
import { Client } from './client.js';

const ADDRESS = 'a server such as "ntp.example.org", "192.0.2.1:11123" or "[2001:db8::1]:123"';
const INTERVAL = { min: '125ms', max: '36h' };
/** poll-max when none is given, in multiples of poll-min: long intervals cost accuracy and save next to nothing. */
const DEFAULT_RANGE = 4;

const config = v.pipe(
  table({
    address: v.pipe(serverAddress({ what: ADDRESS }), v.description('The server. Port 123 unless another is given.')),
    'poll-min': v.pipe(
      v.optional(duration(INTERVAL), '64s'),
      v.description('The shortest time between requests. Below 64s only to servers of your own.'),
    ),
    'poll-max': v.pipe(
      v.optional(duration(INTERVAL)),
      v.description(`The longest, for when an answer would tell little new. Default: ${DEFAULT_RANGE} times poll-min.`),
    ),
    iburst: v.pipe(v.optional(flag(), true), v.description('Ask quickly at the start: every 2 s, then ever less.')),
  }),
  v.forward(
    v.check((c) => (c['poll-max'] ?? c['poll-min']) >= c['poll-min'], 'a duration not below poll-min'),
    ['poll-max'],
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
  create(config, context) {
    const minNs = config['poll-min'];
    const client = new Client(context, {
      server: parseServer(config.address)!,
      poll: { minNs, maxNs: config['poll-max'] ?? DEFAULT_RANGE * minNs, start: config.iburst ? 'burst' : 'steady' },
    });
    return {
      start: async () => client.start(),
      stop: async () => client.stop(),
      inspect: () => client.inspect(),
    };
  },
});
