import { defineSink, described, networkInterface, oneOf, table, text, wholeNumber } from 'timehub/api';
import { parseServer } from 'timehub/protocol/address';
import { EVENT_PORT, parseClockIdentity } from 'timehub/protocol/ptp';
import {
  accessEntries,
  accessOptions,
  addressRanges,
  listenAddresses,
  ownAddress,
  parseListen,
  parseRanges,
  rateLimit,
  stampChoice,
  stampingOf,
  threadCount,
  workerThreads,
} from 'timehub/toolkit';
import * as v from 'valibot';
import { CsptpServer } from './csptp-server.js';
import { ownIdentity } from './identity.js';

const ENDPOINT = 'an own address and port such as "192.0.2.1:319" or "[::]:319"';
const IDENTITY = 'a clock identity of 16 hex digits such as "001122.fffe.334455"';
const STATUS_IDS = { f002: 0xf002, ff02: 0xff02 } as const;

const NO_HARDWARE = '0 where stamps is "hardware", because threads have kernel stamps';

/** The general port is the one after it. */
const endpoint = v.pipe(
  ownAddress({ what: ENDPOINT, defaultPort: EVENT_PORT, maxPort: 65534 }),
  v.check((address) => parseServer(address, EVENT_PORT)?.port !== 0, ENDPOINT),
);

const entries = table({
  listen: described(
    v.optional(listenAddresses(endpoint, ENDPOINT), '[::]:319'),
    'Own address and port, or several. Follow_Ups leave from the next port. Ports 319 and 320 need CAP_NET_BIND_SERVICE and are shared with the sources of this hub.',
  ),
  interface: described(v.optional(networkInterface()), 'Serve over this network interface only.'),
  stamps: stampChoice(),
  steps: described(
    v.optional(oneOf(['two', 'one']), 'two'),
    'two: the transmit stamp follows in a Follow_Up. one: the Sync carries a prediction of it, from how long sending took lately; less accurate, but half the packets.',
  ),
  ...accessEntries(),
  amplify: described(
    v.optional(addressRanges(), []),
    "Clients that may get more octets than they sent. For others, a request shorter than its reply (66 octets plain, 72 org) is not answered, and the status is left out if there is no room: their address may be forged. List statime's clients here: they send 52 octets.",
  ),
  'rate-limit': rateLimit({ interval: '100ms', burst: 16, refused: 'Later ones get no reply.' }),
  threads: workerThreads('Threads have kernel stamps, and share port 319 with the sources of this hub only.'),
  'clock-identity': described(
    v.optional(
      v.pipe(
        text(IDENTITY),
        v.check((value) => parseClockIdentity(value) !== undefined, IDENTITY),
      ),
    ),
    'grandmasterIdentity. Default: made of the MAC address of `interface`; without one, random at each start.',
  ),
  priority1: described(v.optional(wholeNumber(0, 255), 128), 'grandmasterPriority1.'),
  priority2: described(v.optional(wholeNumber(0, 255), 128), 'grandmasterPriority2.'),
  'status-id': described(
    v.optional(oneOf(['f002', 'ff02']), 'f002'),
    'Number of the status TLV: most implementations read f002, some ff02.',
  ),
});

const config = v.pipe(
  entries,
  v.forward(
    v.check(({ stamps, threads }) => stamps !== 'hardware' || threads === 0, NO_HARDWARE),
    ['threads'],
  ),
);

type Config = v.InferOutput<typeof config>;

export default defineSink<Config>({
  type: 'csptp',
  summary: 'Serves the hub’s time to CSPTP clients (client-server PTP, IEEE P1588.1)',
  stability: 'experimental',
  needs: ['cap:net_bind_service', 'cap:net_admin', 'dev:ptp'],
  config,
  create(config, context) {
    const { interface: name } = config;
    const given = config['clock-identity'];
    const threads = threadCount(config.threads);
    const stamps = threads > 0 ? 'software' : config.stamps;
    let server: CsptpServer | undefined;
    return {
      async start() {
        server = new CsptpServer(context, {
          access: accessOptions(config),
          listen: parseListen(config.listen, EVENT_PORT),
          stamping: stampingOf(context, { stamps }, name, 'TH_CSPTP_STAMPS'),
          steps: config.steps === 'two' ? 2 : 1,
          threads,
          amplify: parseRanges(config.amplify),
          identity: given === undefined ? ownIdentity(context, name) : parseClockIdentity(given)!,
          priority1: config.priority1,
          priority2: config.priority2,
          statusId: STATUS_IDS[config['status-id']],
        });
        await server.start();
      },
      stop: async () => server?.stop(),
      inspect: () => server?.inspect() ?? {},
    };
  },
});
