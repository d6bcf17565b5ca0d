export { type UbxKeyValue, writeCfgMsg, writeCfgValset, writeUbxPoll } from './configure.js';
export { factsOfUbx } from './facts.js';
export {
  MOST_PAYLOAD_OCTETS,
  UBX_HEADER_OCTETS,
  UBX_OVERHEAD_OCTETS,
  UBX_SYNC_1,
  UBX_SYNC_2,
  type UbxFrame,
  ubxChecksum,
  writeUbxFrame,
} from './frame.js';
export type * from './messages.js';
export { type ParsedUbx, parseUbx } from './parse.js';
