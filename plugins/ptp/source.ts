import { defineSource, oneOf, table } from 'timehub/api';
import { octetsOf } from 'timehub/protocol/address';
import { parseClockIdentity } from 'timehub/protocol/ptp';
import * as v from 'valibot';
import { PORT_ENTRIES } from './port/port-config.js';
import { isMac } from './port/receive-filter.js';
import { PtpReceiver } from './receiver.js';

const PEER = 'an IP address, or a MAC address with transport = "ethernet"';
const ACCEPTED = 'a clock identity or an address';

const isAddress = (text: string): boolean => octetsOf(text) !== undefined || isMac(text);

const config = table({
  ...PORT_ENTRIES,
  timescale: v.pipe(
    v.optional(oneOf(['auto', 'tai', 'utc', 'gps', 'arb']), 'auto'),
    v.description(
      'Timescale of the timeTransmitter. auto: as announced. ptp4l with software stamps announces an arbitrary timescale, which gives no time of day, and sends UTC: set "utc" for it.',
    ),
  ),
  'unicast-from': v.pipe(
    v.optional(v.pipe(v.string(PEER), v.check(isAddress, PEER))),
    v.description(
      'Ask this timeTransmitter for unicast messages (IEEE 1588-2019 §16.1) instead of listening to a group.',
    ),
  ),
  accept: v.pipe(
    v.optional(
      v.array(
        v.pipe(
          v.string(ACCEPTED),
          v.check((text) => isAddress(text) || parseClockIdentity(text) !== undefined, ACCEPTED),
        ),
        'a list of clock identities and addresses',
      ),
    ),
    v.description(
      'Follow only timeTransmitters with one of these clock identities, IP or MAC addresses. Default: all.',
    ),
  ),
});

type Config = v.InferOutput<typeof config>;

export default defineSource<Config>({
  type: 'ptp',
  summary: 'Follows a PTP or gPTP timeTransmitter (IEEE 1588-2019, IEEE 802.1AS-2020)',
  stability: 'beta',
  needs: ['cap:net_bind_service', 'cap:net_raw', 'cap:net_admin', 'dev:ptp'],
  config,
  create: (config, context) => new PtpReceiver(context, config),
});
