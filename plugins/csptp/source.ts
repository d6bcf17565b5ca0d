import { defineSource, duration, flag, networkInterface, oneOf, table, wholeNumber } from 'timehub/api';
import { parseServer } from 'timehub/protocol/address';
import { EVENT_PORT } from 'timehub/protocol/ptp';
import { serverAddress } from 'timehub/toolkit';
import * as v from 'valibot';
import { Client } from './client.js';
import { ANY_CLASS } from './objection.js';

const ADDRESS = 'a server such as "time.example.org", "192.0.2.1" or "[2001:db8::1]:319"';
const INTERVAL = { min: '125ms', max: '36h' };
/** poll-max when none is given, in multiples of poll-min. */
const DEFAULT_RANGE = 4;

const described = <S extends v.GenericSchema>(schema: S, description: string) =>
  v.pipe(schema, v.description(description));

const config = v.pipe(
  table({
    address: described(
      serverAddress({ what: ADDRESS, defaultPort: EVENT_PORT, maxPort: 65534 }),
      'The server. Port 319 unless another is given; its Follow_Ups come from the port after it.',
    ),
    domain: described(v.optional(wholeNumber(128, 239), 128), 'PTP domain.'),
    dialect: described(
      v.optional(oneOf(['plain', 'org']), 'plain'),
      'How a request is laid out; answers are understood in both: "org" puts an organization before each value.',
    ),
    'poll-min': described(v.optional(duration(INTERVAL), '1s'), 'The shortest time between requests.'),
    'poll-max': described(
      v.optional(duration(INTERVAL)),
      `The longest, for when an answer would tell little new. Default: ${DEFAULT_RANGE} times poll-min.`,
    ),
    iburst: described(v.optional(flag(), true), 'Ask quickly at the start: every 2 s, then ever less.'),
    timeout: described(
      v.optional(duration({ min: '10ms', max: '10s' }), '1s'),
      'How long to wait for an answer with its Follow_Up.',
    ),
    status: described(
      v.optional(flag(), true),
      'Ask for the server’s clockClass, accuracy, UTC offset and grandmaster.',
    ),
    'max-clock-class': described(
      v.optional(wholeNumber(6, ANY_CLASS), ANY_CLASS),
      'The worst clockClass that is good enough: 6 is locked to a reference, 7 in holdover, 248 whatever has the time from elsewhere.',
    ),
    timescale: described(
      v.optional(oneOf(['announced', 'tai', 'utc']), 'announced'),
      'What the server’s time counts, where its flag ptpTimescale is wrong.',
    ),
    'source-port': described(
      v.optional(oneOf(['ptp', 'any']), 'ptp'),
      'From where to ask: port 319 (and any where that cannot be had), which some servers insist on, or any.',
    ),
    interface: described(v.optional(networkInterface()), 'Ask over this interface alone.'),
    stamps: described(
      v.optional(oneOf(['auto', 'hardware', 'software']), 'auto'),
      'Who stamps: the card of the interface where it can and its clock is known to the hub, the card or nobody, the kernel.',
    ),
  }),
  v.forward(
    v.check((c) => (c['poll-max'] ?? c['poll-min']) >= c['poll-min'], 'a duration not below poll-min'),
    ['poll-max'],
  ),
);

type Config = v.InferOutput<typeof config>;

export default defineSource<Config>({
  type: 'csptp',
  summary: 'Asks a CSPTP server for the time (client-server PTP, IEEE P1588.1)',
  stability: 'experimental',
  needs: [],
  config,
  create(config, context) {
    const minNs = config['poll-min'];
    const client = new Client(context, {
      server: parseServer(config.address, EVENT_PORT)!,
      poll: { minNs, maxNs: config['poll-max'] ?? DEFAULT_RANGE * minNs, start: config.iburst ? 'burst' : 'steady' },
      windowNs: config.timeout,
      domain: config.domain,
      dialect: config.dialect,
      wantStatus: config.status,
      maxClockClass: config['max-clock-class'],
      scale: config.timescale,
      ports: config['source-port'],
      stamps: config.stamps,
      interface: config.interface,
    });
    return {
      start: async () => client.start(),
      stop: async () => client.stop(),
      inspect: () => client.inspect(),
    };
  },
});
