import * as v from 'valibot';
import { parseDuration, parseRate } from './units.js';

/**
 * Value types of the configuration, the same for every plugin. Messages complete the sentence "<key> must be …"; the kernel
 * adds the key, the place and the value found.
 */

interface Range {
  readonly min?: string;
  readonly max?: string;
}

const unitsOf = (range: Range): string =>
  range.min !== undefined && range.max !== undefined
    ? `, from ${range.min} to ${range.max}`
    : range.min !== undefined
      ? `, ${range.min} or more`
      : range.max !== undefined
        ? `, at most ${range.max}`
        : '';

function quantity(
  what: string,
  examples: readonly string[],
  parse: (text: string) => number | undefined,
  range: Range,
) {
  const min = range.min === undefined ? Number.NEGATIVE_INFINITY : parse(range.min)!;
  const max = range.max === undefined ? Number.POSITIVE_INFINITY : parse(range.max)!;
  const example = examples.find((text) => parse(text)! >= min && parse(text)! <= max) ?? range.min ?? range.max;
  const message = `${what} such as "${example}"${unitsOf(range)}`;
  return v.pipe(
    v.string(message),
    v.check((text) => {
      const value = parse(text);
      return value !== undefined && value >= min && value <= max;
    }, message),
    v.transform((text) => parse(text)!),
    v.metadata({ quantity: what, example, ...range }),
  );
}

/** Schema of a duration such as `"250us"`; its output is in ns. */
export const duration = (range: Range = {}) =>
  quantity('a duration', ['64s', '10ms', '250us', '1h'], parseDuration, range);

/** Schema of a rate such as `"-7.2ppm"`; its output is in ppb. */
export const rate = (range: Range = {}) => quantity('a rate', ['-7.2ppm', '50ppm'], parseRate, range);

export const port = () => {
  const message = 'a port number from 0 to 65535';
  return v.pipe(v.number(message), v.integer(message), v.minValue(0, message), v.maxValue(65535, message));
};

export const wholeNumber = (min: number, max: number) => {
  const message = `a whole number from ${min} to ${max}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
};

export const text = (what: string) => v.pipe(v.string(what), v.nonEmpty(what));

export const flag = () => v.boolean('true or false');

export const oneOf = <const O extends readonly string[]>(options: O) =>
  v.picklist(options, `one of ${options.map((option) => `"${option}"`).join(', ')}`);

/** Adds the sentence that the configuration reference and the editor's schema show for a key. */
export const described = <const S extends v.GenericSchema>(schema: S, description: string) =>
  v.pipe(schema, v.description(description));

/** A table whose unknown keys are errors. */
export const table = <const E extends v.ObjectEntries>(entries: E) => v.strictObject(entries, 'a table');
