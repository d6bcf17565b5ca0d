import { defineSink, duration, flag, oneOf, table, text, wholeNumber } from 'timehub/api';
import { addressRanges } from 'timehub/toolkit';
import * as v from 'valibot';
import { Grandmaster } from './grandmaster/grandmaster.js';
import { isTimeZone } from './grandmaster/local-time.js';
import { PORT_ENTRIES } from './port/port-config.js';

const ZONE = 'a time zone such as "Europe/Berlin"';

const config = table({
  ...PORT_ENTRIES,
  priority1: v.pipe(
    v.optional(wholeNumber(0, 255)),
    v.description("The lowest value is elected, before quality is compared. Default: the profile's."),
  ),
  priority2: v.pipe(
    v.optional(wholeNumber(0, 255)),
    v.description("The lowest value is elected among clocks of equal quality. Default: the profile's."),
  ),
  role: v.pipe(
    v.optional(oneOf(['elected', 'fixed'])),
    v.description(
      "elected: yield to a better timeTransmitter (BMCA). fixed: never yield (external port configuration). Default: the profile's.",
    ),
  ),
  'degraded-class': v.pipe(
    v.optional(v.picklist([52, 187], '52 or 187'), 52),
    v.description(
      'clockClass of a clock that was locked and has left its specification: 52, or 187, which may follow another clock.',
    ),
  ),
  'improve-after': v.pipe(
    v.optional(duration({ min: '0s', max: '1h' }), '10s'),
    v.description('A better quality is announced after this time, a worse one at once.'),
  ),
  boundary: v.pipe(
    v.optional(flag(), true),
    v.description(
      "While a PTP source carries the hub's time, announce its grandmaster with one more step (boundary clock).",
    ),
  ),
  timescale: v.pipe(
    v.optional(oneOf(['tai', 'utc']), 'tai'),
    v.description(
      'Announced timescale. utc: UTC as an arbitrary timescale, for receivers that expect it (ptp4l with software stamps and the automotive profile).',
    ),
  ),
  'grandmaster-id': v.pipe(
    v.optional(wholeNumber(0, 65535), 0),
    v.description(
      "grandmasterID in the Announces of IEEE C37.238, which also carry the hub's error bound; 3 to 254 in the edition of 2011. 0: none.",
    ),
  ),
  'time-zone': v.pipe(
    v.optional(v.pipe(text(ZONE), v.check(isTimeZone, ZONE))),
    v.description(
      'Announce this civil time as an offset with its next change (ALTERNATE_TIME_OFFSET_INDICATOR), for clients that show it; required by C37.238-2011.',
    ),
  ),
  unicast: v.pipe(
    v.optional(v.union([flag(), v.literal('only')], 'true, false or "only"'), false),
    v.description(
      'Grant unicast messages on request (IEEE 1588-2019 §16.1). "only": send no Announce, Sync or Delay_Resp to the group, as ITU-T G.8275.2 and a ptp4l with a unicast_master_table need it.',
    ),
  ),
  amplify: v.pipe(
    v.optional(addressRanges(), []),
    v.description(
      'Clients that are sent everything they were granted. Others get at most seven packets for each request and each Delay_Req, because their address may be forged.',
    ),
  ),
});

type Config = v.InferOutput<typeof config>;

export default defineSink<Config>({
  type: 'ptp',
  summary: 'PTP or gPTP grandmaster, or a port of a boundary clock (IEEE 1588-2019, IEEE 802.1AS-2020)',
  stability: 'beta',
  needs: ['cap:net_bind_service', 'cap:net_raw', 'cap:net_admin', 'dev:ptp'],
  config,
  create: (config, context) => new Grandmaster(context, config),
});
