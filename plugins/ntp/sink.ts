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
    v.description(
      'Own address and port, or several; `[::]` covers IPv6 and IPv4. A reply leaves from the address that was asked.',
    ),
  ),
  allow: v.pipe(
    v.optional(addressRanges(), ['all']),
    v.description(
      'Clients that are served: "192.0.2.0/24", "2001:db8::/32", a single address or "all". An IPv4 range includes its IPv4-mapped IPv6 addresses.',
    ),
  ),
  deny: v.pipe(
    v.optional(addressRanges(), []),
    v.description('Clients that are not served although `allow` includes them.'),
  ),
  'on-deny': v.pipe(
    v.optional(oneOf(['ignore', 'kiss']), 'ignore'),
    v.description('ignore: no reply. kiss: a kiss of death (DENY), which asks the client to stop.'),
  ),
  versions: v.pipe(
    v.optional(v.pipe(v.array(wholeNumber(1, 4), VERSIONS), v.minLength(1, VERSIONS)), ALL_VERSIONS),
    v.description('NTP versions that are answered, each in its own version.'),
  ),
  'rate-limit': v.pipe(
    v.optional(
      table({
        interval: v.pipe(
          v.optional(duration({ min: '1ms', max: '1h' }), '2s'),
          v.description('Mean interval between the requests of one client.'),
        ),
        burst: v.pipe(
          v.optional(wholeNumber(1, 255), 8),
          v.description(
            'Requests that a client may send at once. The first refused request is answered with the kiss of death RATE, later ones with silence.',
          ),
        ),
        clients: v.pipe(
          v.optional(wholeNumber(64, 1048576), 16384),
          v.description(
            'Clients in the table, 13 octets each. When forged addresses fill it, new clients are served without a limit.',
          ),
        ),
      }),
    ),
    v.description('Limits the requests of each client: an IPv4 address or an IPv6 /64. Default: no limit.'),
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
