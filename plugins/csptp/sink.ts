import { defineSink, duration, networkInterface, oneOf, table, text, wholeNumber } from 'timehub/api';
import { parseServer, parseSubnet } from 'timehub/protocol/address';
import { EVENT_PORT, parseClockIdentity } from 'timehub/protocol/ptp';
import { addressRanges, ownAddress } from 'timehub/toolkit';
import * as v from 'valibot';
import { CsptpServer } from './csptp-server.js';
import { ownIdentity } from './identity.js';
import { stampingOf } from './stamping.js';

const ENDPOINT = 'an own address and port such as "192.0.2.1:319" or "[::]:319"';
const IDENTITY = 'a clock identity of 16 hex digits such as "001122.fffe.334455"';
const STATUS_IDS = { f002: 0xf002, ff02: 0xff02 } as const;

const described = <S extends v.GenericSchema>(schema: S, description: string) =>
  v.pipe(schema, v.description(description));

/** The general port is the one after it. */
const endpoint = v.pipe(
  ownAddress({ what: ENDPOINT, defaultPort: EVENT_PORT, maxPort: 65534 }),
  v.check((address) => parseServer(address, EVENT_PORT)?.port !== 0, ENDPOINT),
);

const config = table({
  listen: described(
    v.optional(
      v.union([endpoint, v.pipe(v.array(endpoint), v.minLength(1))], `${ENDPOINT}, or a list of them`),
      '[::]:319',
    ),
    'Own address and port, or several. Follow_Ups leave from the next port. Ports 319 and 320 need CAP_NET_BIND_SERVICE and are shared with the sources of this hub.',
  ),
  interface: described(v.optional(networkInterface()), 'Serve over this network interface only.'),
  stamps: described(
    v.optional(oneOf(['auto', 'hardware', 'software']), 'auto'),
    "auto: hardware stamps if the card of `interface` stamps PTP messages and its clock is one of the hub's, else kernel stamps. hardware: hardware stamps or failure. software: kernel stamps.",
  ),
  steps: described(
    v.optional(oneOf(['two', 'one']), 'two'),
    'two: the transmit stamp follows in a Follow_Up. one: the Sync carries a prediction of it, from how long sending took lately; less accurate, but half the packets.',
  ),
  allow: described(v.optional(addressRanges(), ['all']), 'Clients that are served. Others get no reply.'),
  deny: described(v.optional(addressRanges(), []), 'Clients that are not served although `allow` includes them.'),
  amplify: described(
    v.optional(addressRanges(), []),
    "Clients that may get more octets than they sent. For others, a request shorter than its reply (66 octets plain, 72 org) is not answered, and the status is left out if there is no room: their address may be forged. List statime's clients here: they send 52 octets.",
  ),
  'rate-limit': described(
    v.optional(
      table({
        interval: v.pipe(
          v.optional(duration({ min: '1ms', max: '1h' }), '100ms'),
          v.description('Mean interval between the requests of one client.'),
        ),
        burst: v.pipe(
          v.optional(wholeNumber(1, 255), 16),
          v.description('Requests that a client may send at once. Later ones get no reply.'),
        ),
        clients: v.pipe(
          v.optional(wholeNumber(64, 1048576), 16384),
          v.description(
            'Clients in the table, 13 octets each. When forged addresses fill it, new clients are served without a limit.',
          ),
        ),
      }),
    ),
    'Limits the requests of each client: an IPv4 address or an IPv6 /64. Requests beyond it get no reply. Default: no limit.',
  ),
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

type Config = v.InferOutput<typeof config>;

export default defineSink<Config>({
  type: 'csptp',
  summary: 'Serves the hub’s time to CSPTP clients (client-server PTP, IEEE P1588.1)',
  stability: 'experimental',
  needs: [],
  config,
  create(config, context) {
    const { listen, interface: name } = config;
    const given = config['clock-identity'];
    const limit = config['rate-limit'];
    let server: CsptpServer | undefined;
    return {
      async start() {
        server = new CsptpServer(context, {
          listen: (typeof listen === 'string' ? [listen] : listen).map((at) => parseServer(at, EVENT_PORT)!),
          stamping: stampingOf(context, config.stamps, name),
          steps: config.steps === 'two' ? 2 : 1,
          allow: config.allow.map((range) => parseSubnet(range)!),
          deny: config.deny.map((range) => parseSubnet(range)!),
          amplify: config.amplify.map((range) => parseSubnet(range)!),
          ...(limit && { rate: { intervalNs: limit.interval, burst: limit.burst, clients: limit.clients } }),
          identity: given === undefined ? ownIdentity(context, name) : parseClockIdentity(given)!,
          priority1: config.priority1,
          priority2: config.priority2,
          statusId: STATUS_IDS[config['status-id']],
        });
        server.start();
      },
      stop: async () => server?.stop(),
      inspect: () => server?.inspect() ?? {},
    };
  },
});
