import { fixed } from './field.js';

export const u8 = fixed<number>(
  1,
  (view, at) => view.getUint8(at),
  (view, at, value) => view.setUint8(at, value),
);
export const i8 = fixed<number>(
  1,
  (view, at) => view.getInt8(at),
  (view, at, value) => view.setInt8(at, value),
);
export const u16 = fixed<number>(
  2,
  (view, at) => view.getUint16(at),
  (view, at, value) => view.setUint16(at, value),
);
export const i16 = fixed<number>(
  2,
  (view, at) => view.getInt16(at),
  (view, at, value) => view.setInt16(at, value),
);
export const u32 = fixed<number>(
  4,
  (view, at) => view.getUint32(at),
  (view, at, value) => view.setUint32(at, value),
);
export const i32 = fixed<number>(
  4,
  (view, at) => view.getInt32(at),
  (view, at, value) => view.setInt32(at, value),
);
export const u48 = fixed<number>(6, getUint48, setUint48);
export const i64 = fixed<bigint>(
  8,
  (view, at) => view.getBigInt64(at),
  (view, at, value) => view.setBigInt64(at, value),
);
export const u64 = fixed<bigint>(
  8,
  (view, at) => view.getBigUint64(at),
  (view, at, value) => view.setBigUint64(at, value),
);
export const i96 = fixed<bigint>(
  12,
  (view, at) => (view.getBigInt64(at) << 32n) | BigInt(view.getUint32(at + 8)),
  (view, at, value) => {
    view.setBigInt64(at, value >> 32n);
    view.setUint32(at + 8, Number(BigInt.asUintN(32, value)));
  },
);
/** Little-endian, as linuxptp sends its counters. */
export const u64le = fixed<bigint>(
  8,
  (view, at) => view.getBigUint64(at, true),
  (view, at, value) => view.setBigUint64(at, value, true),
);

export function getUint48(view: DataView, at: number): number {
  return view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2);
}

export function setUint48(view: DataView, at: number, value: number): void {
  view.setUint16(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 2, value % 2 ** 32);
}
