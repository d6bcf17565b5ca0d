import * as v from 'valibot';
import { duration, flag, HubError, oneOf, table, text, wholeNumber } from '../../api/index.js';
import { parseServer } from '../../protocol/address/index.js';
import { type Link, wire } from '../network/link.js';

const ADDRESS = /^(?:\[([0-9a-f:.]+)\]|([\d.]+)):\d{1,5}$/i;

const listen = () => {
  const message = 'an address with a port such as "127.0.0.1:11201"';
  return v.pipe(
    v.string(message),
    v.regex(ADDRESS, message),
    v.check((value) => parseServer(value) !== undefined, message),
    v.transform((value) => {
      const { host, port } = parseServer(value)!;
      return { address: host, port };
    }),
  );
};

const delay = (fallback: string) => v.optional(duration({ min: '0s' }), fallback);

/** One direction of a path, as in a scenario: `{ base = "20ms", jitter = "1ms", shape = "exp" }`. */
export const link = () =>
  v.pipe(
    table({ base: delay('0s'), jitter: delay('0s'), shape: v.optional(oneOf(['exp', 'norm', 'none']), 'none') }),
    v.transform(({ base, jitter, shape }): Link => wire({ baseNs: base, jitterNs: jitter, shape })),
  );

export const share = () => {
  const message = 'a share from 0 to 1';
  return v.pipe(v.number(message), v.minValue(0, message), v.maxValue(1, message));
};

const server = table({
  name: text('a name'),
  listen: listen(),
  offset: v.optional(duration(), '0s'),
  stratum: v.optional(wholeNumber(1, 15), 1),
  refid: v.optional(text('a refid such as "GPS"'), 'LAB'),
  'root-delay': delay('0s'),
  'root-dispersion': delay('10us'),
  up: link(),
  down: v.optional(link()),
  loss: v.optional(share(), 0),
});

const gpsd = table({
  name: text('a name'),
  listen: listen(),
  device: v.optional(text('a path'), '/dev/lab-gnss'),
  offset: v.optional(duration(), '0s'),
  jitter: delay('1us'),
  pps: v.optional(flag(), true),
  satellites: v.optional(wholeNumber(0, 12), 9),
  'serial-delay': delay('120ms'),
  'serial-jitter': delay('20ms'),
  'leap-seconds': v.optional(wholeNumber(0, 255), 18),
});

/** The schema of `[lab]`. */
export const labSchema = table({
  seed: v.optional(wholeNumber(0, 0xffff_ffff), 1),
  server: v.optional(v.array(server), []),
  gpsd: v.optional(v.array(gpsd), []),
});

export type LabTable = v.InferOutput<typeof labSchema>;
export type ServerTable = LabTable['server'][number];
export type GpsdTable = LabTable['gpsd'][number];

/** Checks a `[lab]` table. Throws `TH_LAB_TABLE` with all its errors. */
export function parseLab(value: unknown): LabTable {
  const result = v.safeParse(labSchema, value);
  if (!result.success) {
    const faults = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'lab'} must be ${issue.message}`);
    throw new HubError('TH_LAB_TABLE', `the table [lab]: ${faults.join('; ')}`);
  }
  const names = [...result.output.server, ...result.output.gpsd].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new HubError('TH_LAB_TABLE', `the table [lab]: two parts are called "${twice}"`);
  return result.output;
}
