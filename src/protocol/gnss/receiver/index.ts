export { DayFinder } from './day-finder.js';
export type * from './report.js';
export { type MessageCounters, ReceiverSession, type ReceiverSessionOptions } from './session.js';
export { countBySystem, MOST_SATELLITES, type SystemCount } from './sky.js';
export {
  MOST_SENTENCE_OCTETS,
  type NmeaLine,
  type StreamCounters,
  type StreamMessage,
  StreamSplitter,
} from './stream-splitter.js';
