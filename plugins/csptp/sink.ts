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
    'Own address and port, or several. Follow_Ups leave from the port after it.',
  ),
  interface: described(v.optional(networkInterface()), 'Serve over this interface alone.'),
  stamps: described(
    v.optional(oneOf(['auto', 'hardware', 'software']), 'auto'),
    'Who stamps: the card of the interface where it can and its clock is known to the hub, the card or nobody, the kernel.',
  ),
  steps: described(
    v.optional(oneOf(['two', 'one']), 'two'),
    'When the time of sending is told: after it, by a stamp (two), or ahead of it, by an estimate (one).',
  ),
  allow: described(v.optional(addressRanges(), ['all']), 'Who is served.'),
  deny: described(v.optional(addressRanges(), []), 'Who is not, although allowed.'),
  amplify: described(
    v.optional(addressRanges(), []),
    'Who is answered although the answer is longer than the request: clients that do not pad.',
  ),
  'rate-limit': described(
    v.optional(
      table({
        interval: v.optional(duration({ min: '1ms', max: '1h' }), '100ms'),
        burst: v.optional(wholeNumber(1, 255), 16),
        clients: v.optional(wholeNumber(64, 1048576), 16384),
      }),
    ),
    'Requests per address (a /64 for IPv6): one each interval, burst at once. Default: no limit.',
  ),
  'clock-identity': described(
    v.optional(
      v.pipe(
        text(IDENTITY),
        v.check((value) => parseClockIdentity(value) !== undefined, IDENTITY),
      ),
    ),
    'grandmasterIdentity. Default: made of the MAC address of the interface; without one, another at each start.',
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
