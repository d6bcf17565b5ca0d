export { LineSplitter, MAX_LINE_OCTETS } from './lines.js';
export { MOST_LISTED, type ParsedRecord, parseRecord } from './parse.js';
export { implausible, implausibleLeap } from './plausible.js';
export type { PulseChoice } from './pulse-device.js';
export { Receiver, type ReceiverState } from './receiver.js';
export type * from './records.js';
export {
  MOST_DEVICES,
  Session,
  type SessionAction,
  type SessionCounters,
  type SessionOptions,
  type SessionStatus,
  WATCH_COMMAND,
} from './session.js';
export { formatDay, parseUtc } from './utc.js';
