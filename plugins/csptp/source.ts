import { defineSource, described, duration, flag, networkInterface, oneOf, table, wholeNumber } from 'timehub/api';
import { parseServer } from 'timehub/protocol/address';
import { EVENT_PORT } from 'timehub/protocol/ptp';
import { isPollRange, POLL_RANGE, pollEntries, pollOptions, serverAddress, stampChoice } from 'timehub/toolkit';
import * as v from 'valibot';
import { Client } from './client.js';
import { ANY_CLASS } from './unusable.js';

const ADDRESS = 'a server such as "time.example.org", "192.0.2.1" or "[2001:db8::1]:319"';

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
    ...pollEntries('1s'),
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
    stamps: stampChoice(),
  }),
  v.forward(
    v.check((c) => isPollRange(c), POLL_RANGE),
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
    const client = new Client(context, {
      server: parseServer(config.address, EVENT_PORT)!,
      poll: pollOptions(config),
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
