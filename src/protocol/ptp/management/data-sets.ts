import { Cursor, type Field, type Of } from '../field.js';
import { CLOCK_DATA_SETS, CLOCK_DATA_SETS_NP } from './clock-data-sets.js';
import { PORT_DATA_SETS, PORT_DATA_SETS_NP } from './port-data-sets.js';

/** What can be asked for by management messages. */
export const DATA_SETS = {
  ...CLOCK_DATA_SETS,
  ...CLOCK_DATA_SETS_NP,
  ...PORT_DATA_SETS,
  ...PORT_DATA_SETS_NP,
} as const;

export type DataSetName = keyof typeof DATA_SETS;
export type DataSet<N extends DataSetName> = Of<(typeof DATA_SETS)[N]['value']>;

/** managementErrorId (IEEE 1588-2019 table 109). */
export const MANAGEMENT_ERRORS = {
  'response-too-big': 0x0001,
  'no-such-id': 0x0002,
  'wrong-length': 0x0003,
  'wrong-value': 0x0004,
  'not-setable': 0x0005,
  'not-supported': 0x0006,
  general: 0xfffe,
} as const;

/** More than a datagram of Ethernet holds. */
const MAX_OCTETS = 1500;

const NAMES: ReadonlyMap<number, DataSetName> = new Map(
  Object.entries(DATA_SETS).map(([name, { id }]) => [id, name as DataSetName]),
);

/** Which data set a managementId names; undefined: none that we know. */
export const dataSetName = (id: number): DataSetName | undefined => NAMES.get(id);

/** A port's: it is answered once for every port that is addressed. */
export const isOfPort = (name: DataSetName): boolean => name in PORT_DATA_SETS || name in PORT_DATA_SETS_NP;

/**
 * The data of a MANAGEMENT TLV. Undefined: they are shorter than the data set. Those of a GET mean nothing, and may be
 * there or not.
 */
export function readDataSet<N extends DataSetName>(name: N, data: Uint8Array): DataSet<N> | undefined {
  return fieldOf(name).read(new Cursor(data));
}

/** The data for a MANAGEMENT TLV. Throws RangeError beyond 1500 octets. */
export function writeDataSet<N extends DataSetName>(name: N, value: DataSet<N>): Uint8Array {
  const cursor = new Cursor(new Uint8Array(MAX_OCTETS));
  fieldOf(name).write(cursor, value);
  return cursor.octets.slice(0, cursor.at);
}

function fieldOf<N extends DataSetName>(name: N): Field<DataSet<N>> {
  return DATA_SETS[name].value as Field<unknown> as Field<DataSet<N>>;
}
