import { Cursor, type Field, type Of } from '../field.js';
import { CLOCK_DATA_SETS, CLOCK_DATA_SETS_NP } from './clock-data-sets.js';
import { PORT_DATA_SETS, PORT_DATA_SETS_NP } from './port-data-sets.js';

/** The data sets that management messages can read. */
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

/** Maximum length of a data set, octets: more than an Ethernet frame holds. */
const MAX_OCTETS = 1500;

const NAMES: ReadonlyMap<number, DataSetName> = new Map(
  Object.entries(DATA_SETS).map(([name, { id }]) => [id, name as DataSetName]),
);

/** Returns the data set of a managementId, undefined for an unknown one. */
export const dataSetName = (id: number): DataSetName | undefined => NAMES.get(id);

/** Returns true for a data set of a port: a request is answered for every addressed port. */
export const isOfPort = (name: DataSetName): boolean => name in PORT_DATA_SETS || name in PORT_DATA_SETS_NP;

/** Reads the data of a MANAGEMENT TLV that is not a GET. Returns undefined if they are shorter than the data set. */
export function readDataSet<N extends DataSetName>(name: N, data: Uint8Array): DataSet<N> | undefined {
  return fieldOf(name).read(new Cursor(data));
}

/** Returns the data for a MANAGEMENT TLV. Throws RangeError above 1500 octets. */
export function writeDataSet<N extends DataSetName>(name: N, value: DataSet<N>): Uint8Array {
  const cursor = new Cursor(new Uint8Array(MAX_OCTETS));
  fieldOf(name).write(cursor, value);
  return cursor.octets.slice(0, cursor.at);
}

function fieldOf<N extends DataSetName>(name: N): Field<DataSet<N>> {
  return DATA_SETS[name].value as Field<unknown> as Field<DataSet<N>>;
}
