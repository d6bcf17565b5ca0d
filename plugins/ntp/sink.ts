import { defineSink, duration, oneOf, table, wholeNumber } from 'timehub/api';
import { parseServer, parseSubnet } from 'timehub/protocol/address';
import { addressRanges, ownAddress } from 'timehub/toolkit';
import * as v from 'valibot';
import { NtpServer } from './ntp-server.js';

const ENDPOINT = 'an own address and port such as "127.0.0.1:11123" or "[::]:123"';

const VERSIONS = 'a list of NTP versions such as [3, 4]';
const ALL_VERSIONS = [1, 2, 3, 4];

const endpoint = ownAddress({ what: ENDPOINT });

const config = table({
  listen: v.pipe(
    v.optional(
      v.union([endpoint, v.pipe(v.array(endpoint), v.minLength(1))], `${ENDPOINT}, or a list of them`),
      '[::]:123',
    ),
    v.description('Own address and port, or several.'),
  ),
  allow: v.pipe(v.optional(addressRanges(), ['all']), v.description('Who is served.')),
  deny: v.pipe(v.optional(addressRanges(), []), v.description('Who is not, although allowed.')),
  'on-deny': v.pipe(
    v.optional(oneOf(['ignore', 'kiss']), 'ignore'),
    v.description('Say nothing to them, or send the kiss code DENY.'),
  ),
  versions: v.pipe(
    v.optional(v.pipe(v.array(wholeNumber(1, 4), VERSIONS), v.minLength(1, VERSIONS)), ALL_VERSIONS),
    v.description('NTP versions that are answered.'),
  ),
  'rate-limit': v.pipe(
    v.optional(
      table({
        interval: v.optional(duration({ min: '1ms', max: '1h' }), '2s'),
        burst: v.optional(wholeNumber(1, 255), 8),
        clients: v.optional(wholeNumber(64, 1048576), 16384),
      }),
    ),
    v.description('Requests per address (a /64 for IPv6): one each interval, burst at once. Default: no limit.'),
  ),
});

export type Config = v.InferOutput<typeof config>;

export default defineSink<Config>({
  type: 'ntp',
  summary: 'Serves the hub’s time to NTP clients (NTPv1 to NTPv4, RFC 5905)',
  stability: 'beta',
  needs: [],
  config,
  create(config, context) {
    const { listen, versions } = config;
    const limit = config['rate-limit'];
    const server = new NtpServer(context, {
      listen: (typeof listen === 'string' ? [listen] : listen).map((endpoint) => parseServer(endpoint)!),
      allow: config.allow.map((range) => parseSubnet(range)!),
      deny: config.deny.map((range) => parseSubnet(range)!),
      onDeny: config['on-deny'],
      versions: versions.reduce((mask, version) => mask | (1 << version), 0),
      ...(limit === undefined
        ? {}
        : { rate: { intervalNs: limit.interval, burst: limit.burst, clients: limit.clients } }),
    });
    return {
      start: async () => server.start(),
      stop: async () => server.stop(),
      inspect: () => server.inspect(),
    };
  },
});
