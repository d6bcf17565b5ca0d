import * as v from 'valibot';
import { duration, oneOf, rate, table } from '../../api/index.js';
import { share } from '../loopback/lab-table.js';
import { column, link, trace } from './link-schema.js';

/** Value types that only scenarios have. */

export { column, link, share, trace };

export const optionalDuration = () => v.optional(duration());
export const notNegative = () => v.optional(duration({ min: '0s' }));
export const optionalRate = () => v.optional(rate());

/** s/s per √s. */
export const wander = () => positive('a wander such as 1e-9 (s/s per √s)');

export const positive = (message: string) => v.pipe(v.number(message), v.finite(message), v.minValue(0, message));

export const sine = () => table({ amplitude: rate(), period: duration({ min: '10s' }) });

export const spike = () => table({ probability: share(), mean: duration({ min: '0s' }) });

export const shape = () => oneOf(['exp', 'norm', 'none']);

/** `2035-12-31T23:59:00Z`, as text or as a TOML date, to nanoseconds since 1970. */
export const instant = () => {
  const message = 'an instant such as 2036-02-07T06:00:00Z';
  return v.pipe(
    v.union([v.string(message), v.date(message)], message),
    v.transform((value) => (value instanceof Date ? value : new Date(value))),
    v.check((date) => Number.isFinite(date.getTime()), message),
    v.transform((date) => BigInt(date.getTime()) * 1_000_000n),
  );
};

/** A table whose keys are free. */
export const record = <S extends v.GenericSchema>(value: S) => v.record(v.string(), value, 'a table');
