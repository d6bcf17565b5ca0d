import { type Field, fixed } from './field.js';

/** Named bits of a number. */
export interface Bits<K extends string> {
  /** No bit is set. */
  readonly none: Readonly<Record<K, boolean>>;
  read(bits: number): Readonly<Record<K, boolean>>;
  write(flags: Readonly<Record<K, boolean>>): number;
}

export type FlagsOf<B> = B extends Bits<infer K> ? Readonly<Record<K, boolean>> : never;

/** Returns a reader and writer of the named bits. Bits without a name are ignored when read and zero when written. */
export function bits<K extends string>(masks: Readonly<Record<K, number>>): Bits<K> {
  const names = Object.keys(masks) as K[];
  const none = Object.fromEntries(names.map((name) => [name, false])) as Record<K, boolean>;
  return {
    none,
    read(value) {
      if (value === 0) return none;
      const flags = { ...none };
      for (const name of names) if ((value & masks[name]) !== 0) flags[name] = true;
      return flags;
    },
    write(flags) {
      let value = 0;
      for (const name of names) if (flags[name]) value |= masks[name];
      return value;
    },
  };
}

/** A field of one octet that holds flags. */
export const octetOf = <K extends string>(of: Bits<K>): Field<Readonly<Record<K, boolean>>> =>
  fixed(
    1,
    (view, at) => of.read(view.getUint8(at)),
    (view, at, flags) => view.setUint8(at, of.write(flags)),
  );
