import { duration, flag, isTemplate, names, oneOf, table, text } from 'timehub/api';
import { formatServer, parseServer, type Server } from 'timehub/protocol/address';
import { serverAddress } from 'timehub/toolkit';
import * as v from 'valibot';

/** gpsd's registered port (IANA). */
const GPSD_PORT = 2947;
/** An address of this machine alone. */
export const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
const ADDRESS = 'a host with an optional port such as "localhost:2947" or "[::1]:2947"';

const address = () =>
  v.pipe(
    serverAddress({ what: ADDRESS, defaultPort: GPSD_PORT }),
    v.transform((value) => parseAddress(value)!),
  );

const DEVICE = 'the path of a receiver such as "/dev/ttyACM0"';
/** gpsd's own word for a receiver: a path, or a URL such as "tcp://192.0.2.1:5000". */
const device = (what = DEVICE) =>
  v.pipe(
    text(what),
    v.check((value) => value.trim() === value && !isTemplate(value), what),
    names({ thing: 'device' }),
  );

export const config = table({
  address: v.pipe(
    v.optional(address(), 'localhost:2947'),
    v.description(
      'Address of gpsd. All addresses of a name are tried: gpsd often listens on only one of ::1 and 127.0.0.1.',
    ),
  ),
  device: v.pipe(
    v.optional(device()),
    v.description(
      'Use only this receiver. Default: the first one with a fix, until it loses the fix, or until another one has a fix and pulses while it has no pulses.',
    ),
  ),
  pps: v.pipe(
    v.optional(oneOf(['auto', 'require', 'off']), 'auto'),
    v.description('auto: pulses, and serial time while there are none. require: pulses only. off: serial time only.'),
  ),
  pulses: v.pipe(
    v.optional(device('the path of a device such as "/dev/pps0"')),
    v.description(
      'Use the pulses of this device only. Default: those of the receiver, or of a device such as /dev/pps0 beside it.',
    ),
  ),
  precision: v.pipe(
    v.optional(duration({ min: '1ns', max: '10ms' })),
    v.description('Standard deviation of a pulse stamp. Default: the value that gpsd reports.'),
  ),
  'serial-delay': v.pipe(
    v.optional(duration({ min: '0s', max: '1s' }), '350ms'),
    v.description(
      'Mean delay of serial time. Its error bound is the same value again, so the default covers 0 to 700 ms.',
    ),
  ),
  timeout: v.pipe(
    v.optional(duration({ min: '2s', max: '10min' }), '10s'),
    v.description('A receiver counts as silent after this time without data.'),
  ),
  'same-clock': v.pipe(
    v.optional(flag(), false),
    v.description(
      "gpsd has an address of another machine but stamps with this machine's clock: it runs on the host of this container.",
    ),
  ),
});

export type GpsdConfig = v.InferOutput<typeof config>;

export type Address = Server;

export const parseAddress = (value: string): Address | undefined => parseServer(value, GPSD_PORT);

export const formatAddress = ({ host, port }: Address): string => formatServer(host, port);
