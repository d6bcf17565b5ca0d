import { isDeepStrictEqual } from 'node:util';
import { defineSink, described, flag, oneOf, table, wholeNumber } from 'timehub/api';
import {
  accessEntries,
  accessOptions,
  KeyFile,
  keyFilePath,
  listenAddresses,
  ownAddress,
  parseListen,
  rateLimit,
  threadCount,
  weakKeyTypes,
  workerThreads,
} from 'timehub/toolkit';
import * as v from 'valibot';
import { NtpServer, type NtpServerOptions } from './ntp-server.js';
import { ntsService, ntsTable } from './nts/server-options.js';

const ENDPOINT = 'an own address and port such as "127.0.0.1:11123" or "[::]:123"';

const VERSIONS = 'a list of NTP versions such as [3, 4]';
const HIGHEST_VERSION = 5;
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
    v.optional(v.pipe(v.array(wholeNumber(1, HIGHEST_VERSION), VERSIONS), v.minLength(1, VERSIONS)), ALL_VERSIONS),
    'NTP versions that are answered, each in its own version. 5 is experimental (draft-ietf-ntp-ntpv5-09): in the basic mode, without keys and NTS; a client of NTPv4 that asks for it is told that it may change to NTPv5.',
  ),
  'key-file': described(
    v.optional(keyFilePath()),
    "File with symmetric keys, in chrony's format, which no other user may read. The reply to a request with a MAC by one of them is signed by the same key. It is read again when it changes. Default: no keys.",
  ),
  'weak-keys': weakKeyTypes(),
  interleaved: described(
    v.optional(flag(), false),
    'Answer clients that ask for it in the interleaved mode (RFC 9769, `xleave` in chrony): with the transmit stamp that the kernel took of the last reply. Costs the transmit stamps of their replies.',
  ),
  'rate-limit': rateLimit({
    interval: '2s',
    burst: 8,
    refused: 'The first refused request is answered with the kiss of death RATE, later ones with silence.',
  }),
  'leap-smear': described(
    v.optional(oneOf(['linear', 'cosine'])),
    'Serve a leap second in parts from noon before it to noon after it, at a constant rate (11.6 ppm) or one that begins and ends gently (18 ppm at most). Not standard: all servers of a client must do the same. Default: leap seconds are served as they are.',
  ),
  clients: described(
    v.optional(wholeNumber(0, 1_048_576), 4096),
    'Number of clients that `timehub clients` can list, 57 octets each, twice for each thread. 0: none.',
  ),
  threads: workerThreads(),
  nts: ntsTable(),
});

export type Config = v.InferOutput<typeof config>;

/** Returns true if key file and key exchange remain as they are. The key exchange has the access lists, too. */
const hasSameParts = (a: Config, b: Config): boolean =>
  isDeepStrictEqual(
    [a['key-file'], a['weak-keys'], a.nts, a.nts && [a.allow, a.deny]],
    [b['key-file'], b['weak-keys'], b.nts, b.nts && [b.allow, b.deny]],
  );

const optionsOf = (config: Config, keys: KeyFile | undefined): NtpServerOptions => ({
  access: accessOptions(config),
  listen: parseListen(config.listen),
  onDeny: config['on-deny'],
  versions: config.versions.reduce((mask, version) => mask | (1 << version), 0),
  interleaved: config.interleaved,
  threads: threadCount(config.threads),
  smear: config['leap-smear'],
  clients: config.clients,
  ...(keys && { keys }),
});

export default defineSink<Config>({
  type: 'ntp',
  summary: 'Serves the hub’s time to NTP clients (NTPv1 to NTPv4, RFC 5905; experimental: NTPv5), with NTS (RFC 8915)',
  stability: 'beta',
  needs: ['cap:net_bind_service'],
  config,
  create(config, context) {
    const file = config['key-file'];
    const keys = file === undefined ? undefined : new KeyFile(context, file, config['weak-keys']);
    const nts = config.nts && ntsService(context, config.nts, accessOptions(config), parseListen(config.listen));
    const server = new NtpServer(context, { ...optionsOf(config, keys), ...(nts && { nts }) });
    return {
      async start() {
        keys?.open();
        await server.start();
      },
      stop: () => server.stop(),
      reload: (next) =>
        hasSameParts(next, config) && server.reload({ ...optionsOf(next, keys), ...(nts && { nts }) })
          ? 'applied'
          : 'restart',
      inspect: () => server.inspect(),
      clients: () => server.clients(),
    };
  },
});
