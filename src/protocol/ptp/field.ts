/** A read or write position in octets, and the end of the fields. */
export class Cursor {
  readonly octets: Uint8Array;
  readonly view: DataView;
  readonly end: number;
  at: number;

  constructor(octets: Uint8Array, start = 0, end = octets.length, view = viewOf(octets)) {
    this.octets = octets;
    this.view = view;
    this.at = start;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Returns a cursor over the next `length` octets alone, and moves past them. */
  part(length: number): Cursor {
    const start = this.advance(length);
    return new Cursor(this.octets, start, start + length, this.view);
  }

  /** Moves past the next octets and returns their start. Throws RangeError if there are fewer. */
  advance(octets: number): number {
    const start = this.at;
    if (start + octets > this.octets.length) throw new RangeError(`No room for ${octets} octets`);
    this.at = start + octets;
    return start;
  }
}

/** Reads and writes one field on the wire, or several in a row. */
export interface Field<T> {
  /** Returns undefined if the octets end before the field does, or are not a valid value. */
  read(from: Cursor): T | undefined;
  /** Throws RangeError if there is no room. */
  write(to: Cursor, value: T): void;
}

/** The type of a field's value. */
export type Of<F> = F extends Field<infer T> ? T : never;

type Fields = Readonly<Record<string, Field<unknown>>>;
export type Struct<F> = { readonly [K in keyof F]: Of<F[K]> };

/** Named fields in the order in which they stand on the wire. */
export function struct<F extends Fields>(fields: F): Field<Struct<F>> {
  const rows: readonly (readonly [string, Field<unknown>])[] = Object.entries(fields);
  return {
    read(from) {
      const values: Record<string, unknown> = {};
      for (const [name, field] of rows) {
        const value = field.read(from);
        if (value === undefined) return undefined;
        values[name] = value;
      }
      return values as Struct<F>;
    },
    write(to, values) {
      for (const [name, field] of rows) field.write(to, values[name]);
    },
  };
}

/** A field of constant length, in octets. */
export function fixed<T>(
  octets: number,
  get: (view: DataView, at: number) => T | undefined,
  set: (view: DataView, at: number, value: T) => void,
): Field<T> {
  return {
    read: (from) => (from.left < octets ? undefined : get(from.view, from.advance(octets))),
    write: (to, value) => set(to.view, to.advance(octets), value),
  };
}

/** A copy of `count` octets. */
export const octets = (count: number): Field<Uint8Array> => ({
  read: (from) => (from.left < count ? undefined : slice(from, count)),
  write: (to, value) => to.octets.set(value, to.advance(count)),
});

/** A copy of all remaining octets. */
export const rest: Field<Uint8Array> = {
  read: (from) => slice(from, from.left),
  write: (to, value) => to.octets.set(value, to.advance(value.length)),
};

/** A field followed by reserved octets: zero when written, optional when read. */
export const padded = <T>(field: Field<T>, reserved: number): Field<T> => ({
  read(from) {
    const value = field.read(from);
    from.advance(Math.min(reserved, from.left));
    return value;
  },
  write(to, value) {
    field.write(to, value);
    const start = to.advance(reserved);
    to.octets.subarray(start, start + reserved).fill(0);
  },
});

/** A list of `count` equal fields. */
export const repeated = <T>(field: Field<T>, count: number): Field<readonly T[]> => ({
  read(from) {
    const values: T[] = [];
    while (values.length < count) {
      const value = field.read(from);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  },
  write(to, values) {
    for (let i = 0; i < count; i++) field.write(to, values[i]!);
  },
});

/** A list of equal fields up to the end. */
export const many = <T>(field: Field<T>): Field<readonly T[]> => ({
  read(from) {
    const values: T[] = [];
    while (from.left > 0) {
      const value = field.read(from);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  },
  write(to, values) {
    for (const value of values) field.write(to, value);
  },
});

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}

function slice(from: Cursor, count: number): Uint8Array {
  const start = from.advance(count);
  return from.octets.slice(start, start + count);
}
