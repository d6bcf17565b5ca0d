export {
  type BoundStatus,
  type ClockErrorBound,
  emptySegment,
  encodeBound,
  generationOf,
  isSegment,
  LAYOUT_VERSION,
  PLACE,
  SEGMENT_OCTETS,
  updated,
  updating,
  wordOf,
} from './segment.js';
