import { defineSink, described, oneOf, table, wholeNumber } from 'timehub/api';
import {
  accessEntries,
  accessOptions,
  listenAddresses,
  ownAddress,
  parseListen,
  rateLimit,
  threadCount,
  workerThreads,
} from 'timehub/toolkit';
import * as v from 'valibot';
import { NtpServer, type NtpServerOptions } from './ntp-server.js';

const ENDPOINT = 'an own address and port such as "127.0.0.1:11123" or "[::]:123"';

const VERSIONS = 'a list of NTP versions such as [3, 4]';
const ALL_VERSIONS = [1, 2, 3, 4];

const config = table({
  listen: described(
    v.optional(listenAddresses(ownAddress({ what: ENDPOINT }), ENDPOINT), '[::]:123'),
    'Own address and port, or several; `[::]` covers IPv6 and IPv4. A reply leaves from the address that was asked.',
  ),
  ...accessEntries(),
  'on-deny': described(
    v.optional(oneOf(['ignore', 'kiss']), 'ignore'),
    'ignore: no reply. kiss: a kiss of death (DENY), which asks the client to stop.',
  ),
  versions: described(
    v.optional(v.pipe(v.array(wholeNumber(1, 4), VERSIONS), v.minLength(1, VERSIONS)), ALL_VERSIONS),
    'NTP versions that are answered, each in its own version.',
  ),
  'rate-limit': rateLimit({
    interval: '2s',
    burst: 8,
    refused: 'The first refused request is answered with the kiss of death RATE, later ones with silence.',
  }),
  threads: workerThreads(),
});

export type Config = v.InferOutput<typeof config>;

const optionsOf = (config: Config): NtpServerOptions => ({
  access: accessOptions(config),
  listen: parseListen(config.listen),
  onDeny: config['on-deny'],
  versions: config.versions.reduce((mask, version) => mask | (1 << version), 0),
  threads: threadCount(config.threads),
});

export default defineSink<Config>({
  type: 'ntp',
  summary: 'Serves the hub’s time to NTP clients (NTPv1 to NTPv4, RFC 5905)',
  stability: 'beta',
  needs: ['cap:net_bind_service'],
  config,
  create(config, context) {
    const server = new NtpServer(context, optionsOf(config));
    return {
      start: () => server.start(),
      stop: () => server.stop(),
      reload: (next) => (server.reload(optionsOf(next)) ? 'applied' : 'restart'),
      inspect: () => server.inspect(),
    };
  },
});
