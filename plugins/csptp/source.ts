import { defineSource, described, duration, flag, networkInterface, oneOf, table, wholeNumber } from 'timehub/api';
import { parseServer } from 'timehub/protocol/address';
import { EVENT_PORT } from 'timehub/protocol/ptp';
import { isPollRange, POLL_RANGE, pollEntries, pollOptions, serverAddress, stampChoice } from 'timehub/toolkit';
import * as v from 'valibot';
import { CsptpClient } from './client.js';
import { ANY_CLASS } from './unusable.js';

const ADDRESS = 'a server such as "time.example.org", "192.0.2.1" or "[2001:db8::1]:319"';

const config = v.pipe(
  table({
    address: described(
      serverAddress({ what: ADDRESS, defaultPort: EVENT_PORT, maxPort: 65534 }),
      'The server; port 319 unless another is given. Its Follow_Ups come from the next port. A name is resolved again when the server falls silent.',
    ),
    domain: described(v.optional(wholeNumber(128, 239), 128), 'PTP domain; replies of other domains are ignored.'),
    dialect: described(
      v.optional(oneOf(['plain', 'org']), 'plain'),
      'Layout of the request. plain: for statime (ntpd-rs) and this hub. org: for servers that expect an organization before each value. Replies are understood in both.',
    ),
    ...pollEntries('1s', {
      min: 'Each interval is 1 to 5 % longer at random.',
      iburst: 'Start with quick requests, the first ones 2 s apart.',
    }),
    timeout: described(
      v.optional(duration({ min: '10ms', max: '10s' }), '1s'),
      'Longest wait for the Sync and its Follow_Up, which may come in either order.',
    ),
    status: described(
      v.optional(flag(), true),
      "Ask for the server's clockClass, accuracy, UTC offset and grandmaster.",
    ),
    'max-clock-class': described(
      v.optional(wholeNumber(6, ANY_CLASS), ANY_CLASS),
      'Worst clockClass that is used. 6: locked to a reference. 7: in holdover. 248: time from NTP, or free-running. A server that reports synchronizationUncertain is never used.',
    ),
    timescale: described(
      v.optional(oneOf(['announced', 'tai', 'utc']), 'announced'),
      'Timescale of the server. announced: TAI if its flag ptpTimescale is set, else the time is not used. tai and utc overrule the flag.',
    ),
    'source-port': described(
      v.optional(oneOf(['ptp', 'any']), 'ptp'),
      'ptp: ask from port 319, because some servers (statime) answer no other port; if it is not available, from a random port, and the source reports it. any: ask from a random port.',
    ),
    interface: described(v.optional(networkInterface()), 'Ask over this network interface only.'),
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
  needs: ['cap:net_bind_service', 'cap:net_admin', 'dev:ptp'],
  config,
  create(config, context) {
    const client = new CsptpClient(context, {
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
      exchanges: () => client.exchanges(),
    };
  },
});
