import { NO_FLAGS } from '../flags.js';
import { ALL_PORTS, type PortIdentity } from '../identity.js';
import { NO_INTERVAL } from '../interval.js';
import type { Management, ManagementAction } from '../message.js';
import { findTlv, type Tlv } from '../tlv/index.js';
import {
  DATA_SETS,
  type DataSet,
  type DataSetName,
  dataSetName,
  isOfPort,
  MANAGEMENT_ERRORS,
  readDataSet,
  writeDataSet,
} from './data-sets.js';
import { type ManagedClock, readManaged } from './managed-clock.js';

export type ManagementError = keyof typeof MANAGEMENT_ERRORS;

/** Result of a request that changes something. Undefined: done. */
export type ChangeResult = ManagementError | undefined;

/** The changes that a request may make. Leave both members out for requests from the network: they may change nothing. */
export interface ManagementPolicy {
  readonly set?: <N extends DataSetName>(name: N, value: DataSet<N>, port: number) => ChangeResult;
  readonly command?: (name: DataSetName, port: number) => ChangeResult;
}

/** Maximum number of ports for which one request is answered. */
const MOST_PORTS = 64;

/**
 * Returns the answers to one management message (IEEE 1588-2019 §15.2 to §15.4): one for each addressed port, or one if the
 * data belong to the clock. None if another clock is addressed, or the message is not a request. `managed` is called again
 * after a change.
 */
export function answerManagement(
  request: Management,
  managed: () => ManagedClock,
  arrivedAt: number,
  policy: ManagementPolicy,
): readonly Management[] {
  const clock = managed();
  const tlv = findTlv(request.tlvs, 'management');
  const reply = REPLIES[request.action];
  if (tlv === undefined || reply === undefined || request.header.domain !== clock.domain) return [];
  const name = dataSetName(tlv.id);
  const ports = portsOf(request.target, clock, arrivedAt, name);
  return ports.map((port) => {
    const result = name === undefined ? 'no-such-id' : perform(request, name, tlv.data, port, policy);
    const value =
      result === undefined && name !== undefined ? valueAfter(request.action, managed(), name, port) : undefined;
    const answer = value === undefined ? errorTlv(result ?? 'not-supported', tlv.id) : dataTlv(tlv.id, value);
    return answerTo(request, { clock: clock.identity, port }, reply, answer);
  });
}

interface NoticeEnvelope {
  readonly from: PortIdentity;
  /** The message that made the subscription. */
  readonly request: Management;
  readonly sequenceId: number;
}

/** Returns the message that tells a subscriber about a change (SUBSCRIBE_EVENTS_NP). */
export function managementNotice<N extends DataSetName>(
  name: N,
  value: DataSet<N>,
  { from, request, sequenceId }: NoticeEnvelope,
): Management {
  const { sdoId, minorVersion, domain, source } = request.header;
  return {
    kind: 'management',
    header: {
      ...{ sdoId, minorVersion, domain, flags: NO_FLAGS, correction: 0n, typeSpecific: 0 },
      ...{ source: from, sequenceId, logInterval: NO_INTERVAL },
    },
    ...{ target: source, startingHops: 0, hops: 0, action: 'response' },
    tlvs: [dataTlv(DATA_SETS[name].id, writeDataSet(name, value))],
  };
}

/** Action of the answer to each request. The other actions are answers themselves. */
const REPLIES: { readonly [A in ManagementAction]?: ManagementAction } = {
  get: 'response',
  set: 'response',
  command: 'acknowledge',
};

function portsOf(
  target: PortIdentity,
  clock: ManagedClock,
  arrivedAt: number,
  name: DataSetName | undefined,
): number[] {
  if (target.clock !== clock.identity && target.clock !== ALL_PORTS.clock) return [];
  const all = target.port === ALL_PORTS.port;
  if (!all && !clock.ports.has(target.port)) return [];
  if (name === undefined || !isOfPort(name)) return [all ? arrivedAt : target.port];
  return all ? [...clock.ports.keys()].slice(0, MOST_PORTS) : [target.port];
}

function perform(
  { action }: Management,
  name: DataSetName,
  data: Uint8Array,
  port: number,
  { set, command }: ManagementPolicy,
): ChangeResult {
  if (action === 'get') return undefined;
  if (action === 'command') return command === undefined ? 'not-supported' : command(name, port);
  if (set === undefined) return 'not-setable';
  const value = readDataSet(name, data);
  return value === undefined ? 'wrong-length' : set(name, value, port);
}

/** Returns the data of the answer: none for a command, else the value after the request. */
function valueAfter(
  action: ManagementAction,
  managed: ManagedClock,
  name: DataSetName,
  port: number,
): Uint8Array | undefined {
  if (action === 'command') return new Uint8Array(0);
  const value = readManaged(managed, name, port);
  return value === undefined ? undefined : writeDataSet(name, value);
}

const dataTlv = (id: number, data: Uint8Array): Tlv => ({ kind: 'management', id, data });

const errorTlv = (error: ManagementError, id: number): Tlv => ({
  ...{ kind: 'management-error', id, display: '' },
  error: MANAGEMENT_ERRORS[error],
});

/** Replaces an answer that is too long by the error RESPONSE_TOO_BIG (table 109). An error is returned unchanged. */
export function tooBig(answer: Management): Management {
  const tlv = findTlv(answer.tlvs, 'management');
  return tlv === undefined ? answer : { ...answer, tlvs: [errorTlv('response-too-big', tlv.id)] };
}

/** The answer may pass as many boundary clocks as the request did (§15.4.1). */
function answerTo(request: Management, source: PortIdentity, action: ManagementAction, tlv: Tlv): Management {
  const hops = Math.max(0, request.startingHops - request.hops);
  return {
    kind: 'management',
    header: { ...request.header, correction: 0n, source, logInterval: NO_INTERVAL },
    target: request.header.source,
    ...{ startingHops: hops, hops, action, tlvs: [tlv] },
  };
}
