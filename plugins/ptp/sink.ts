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
    v.description('The lower is elected, whatever its quality. Default: the profile’s.'),
  ),
  priority2: v.pipe(
    v.optional(wholeNumber(0, 255)),
    v.description('The lower is elected among clocks of equal quality. Default: the profile’s.'),
  ),
  role: v.pipe(
    v.optional(oneOf(['elected', 'fixed'])),
    v.description('Gives way to a better timeTransmitter, or to nobody. Default: the profile’s.'),
  ),
  'degraded-class': v.pipe(
    v.optional(v.picklist([52, 187], '52 or 187'), 52),
    v.description(
      'clockClass of a clock that was locked and is out of specification: 52, or 187, which may follow others.',
    ),
  ),
  'improve-after': v.pipe(
    v.optional(duration({ min: '0s', max: '1h' }), '10s'),
    v.description('How long a better quality must last until it is announced. A worse one is announced at once.'),
  ),
  boundary: v.pipe(
    v.optional(flag(), true),
    v.description(
      'While the hub follows a PTP source, announce that source’s grandmaster one step further (boundary clock).',
    ),
  ),
  timescale: v.pipe(
    v.optional(oneOf(['tai', 'utc']), 'tai'),
    v.description('TAI, or UTC as an arbitrary timescale: as linuxptp gives and takes it with software stamps.'),
  ),
  'grandmaster-id': v.pipe(
    v.optional(wholeNumber(0, 65535), 0),
    v.description('GMID that the Announces of IEEE C37.238 carry; of the edition of 2011 it is 3 to 254. 0: none.'),
  ),
  'time-zone': v.pipe(
    v.optional(v.pipe(text(ZONE), v.check(isTimeZone, ZONE))),
    v.description(
      'Announce this civil time as an offset with its next change (ALTERNATE_TIME_OFFSET_INDICATOR), which C37.238-2011 asks for.',
    ),
  ),
  unicast: v.pipe(
    v.optional(v.union([flag(), v.literal('only')], 'true, false or "only"'), false),
    v.description(
      'Grant unicast messages to those who ask (IEEE 1588-2019 §16.1); "only": send nothing to the group, as in networks after ITU-T G.8275.2.',
    ),
  ),
  amplify: v.pipe(
    v.optional(addressRanges(), []),
    v.description(
      'Who is sent all that was granted, however little comes from there: clients whose addresses cannot be forged.',
    ),
  ),
});

type Config = v.InferOutput<typeof config>;

export default defineSink<Config>({
  type: 'ptp',
  summary: 'PTP or gPTP grandmaster, or a port of a boundary clock (IEEE 1588-2019, IEEE 802.1AS-2020)',
  stability: 'beta',
  needs: [],
  config,
  create(config, context) {
    const grandmaster = new Grandmaster(context, config);
    return {
      start: async () => grandmaster.start(),
      stop: async () => grandmaster.stop(),
      inspect: () => grandmaster.inspect(),
    };
  },
});
