import { TIME_FLAGS } from '../flags.js';
import type { ClockIdentity } from '../identity.js';
import { type DataSet, type DataSetName, isOfPort } from './data-sets.js';

type Sets = { readonly [N in DataSetName]?: DataSet<N> };

/** A clock's present data sets, which management messages may read (IEEE 1588-2019 §15.5.3). */
export interface ManagedClock {
  readonly identity: ClockIdentity;
  readonly domain: number;
  readonly clock: Sets;
  /** Keyed by portNumber. */
  readonly ports: ReadonlyMap<number, Sets>;
}

/** Returns a data set, or a setting that is a member of one. Undefined: the clock does not have it. */
export function readManaged<N extends DataSetName>(
  managed: ManagedClock,
  name: N,
  port: number,
): DataSet<N> | undefined {
  const sets = isOfPort(name) ? managed.ports.get(port) : managed.clock;
  if (sets === undefined) return undefined;
  return sets[name] ?? (member(sets, name) as DataSet<N> | undefined);
}

/** Returns a setting of one octet, which is a member of a data set (table 59). */
function member(sets: Sets, name: DataSetName): { readonly value?: number } | undefined {
  const clock = sets['default-data-set'];
  const time = sets['time-properties-data-set'];
  const port = sets['port-data-set'];
  const values: { readonly [N in DataSetName]?: number | undefined } = {
    priority1: clock?.priority1,
    priority2: clock?.priority2,
    domain: clock?.domain,
    'slave-only': clock === undefined ? undefined : Number(clock.flags.slaveOnly),
    'clock-accuracy': clock?.quality.accuracy,
    'traceability-properties': time === undefined ? undefined : TIME_FLAGS.write(time.flags) & TRACEABLE,
    'timescale-properties': time === undefined ? undefined : TIME_FLAGS.write(time.flags) & PTP_TIMESCALE,
    'log-announce-interval': port?.logAnnounceInterval,
    'announce-receipt-timeout': port?.announceReceiptTimeout,
    'log-sync-interval': port?.logSyncInterval,
    'version-number': port?.version,
    'delay-mechanism': port?.delayMechanism,
    'log-min-pdelay-req-interval': port?.logMinPdelayReqInterval,
  };
  if (name === 'null') return {};
  const value = values[name];
  return value === undefined ? undefined : { value };
}

const TRACEABLE = 0x30;
const PTP_TIMESCALE = 0x08;
