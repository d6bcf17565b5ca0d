type Width = 'u1' | 'i1' | 'u2' | 'i2' | 'u4' | 'i4';

/** A field of a payload: offset, kind, value. */
export type PayloadField = readonly [at: number, width: Width, value: number];

/** Returns a payload of `octets`, zero but for its fields. */
export function payloadOf(octets: number, fields: readonly PayloadField[]): Uint8Array {
  const payload = new Uint8Array(octets);
  const view = new DataView(payload.buffer);
  for (const [at, width, value] of fields) WRITERS[width](view, at, value);
  return payload;
}

const WRITERS: Readonly<Record<Width, (view: DataView, at: number, value: number) => void>> = {
  u1: (view, at, value) => view.setUint8(at, value),
  i1: (view, at, value) => view.setInt8(at, value),
  u2: (view, at, value) => view.setUint16(at, value, true),
  i2: (view, at, value) => view.setInt16(at, value, true),
  u4: (view, at, value) => view.setUint32(at, value, true),
  i4: (view, at, value) => view.setInt32(at, value, true),
};

export interface PvtFields {
  readonly iTowMs: number;
  readonly date: readonly [year: number, month: number, day: number];
  readonly time: readonly [hour: number, minute: number, second: number];
  readonly nano?: number;
  /** Bits: 0 date, 1 time, 2 fully resolved. */
  readonly valid?: number;
  readonly fixType?: number;
  /** Bits: 0 fix OK, 1 differential, 6 and 7 carrier. */
  readonly flags?: number;
  readonly used?: number;
}

/** Returns the payload of NAV-PVT, of a receiver with a fix where nothing else is said. */
export function pvtPayload(fields: PvtFields): Uint8Array {
  const { iTowMs, date, time, nano = 0, valid = 7, fixType = 3, flags = 1, used = 12 } = fields;
  return payloadOf(92, [
    [0, 'u4', iTowMs],
    [4, 'u2', date[0]],
    [6, 'u1', date[1]],
    [7, 'u1', date[2]],
    [8, 'u1', time[0]],
    [9, 'u1', time[1]],
    [10, 'u1', time[2]],
    [11, 'u1', valid],
    [12, 'u4', 20],
    [16, 'i4', nano],
    [20, 'u1', fixType],
    [21, 'u1', flags],
    [23, 'u1', used],
  ]);
}
