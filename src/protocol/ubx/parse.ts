import type { UbxFrame } from './frame.js';
import type { UbxMessage } from './messages.js';
import { NAV_PARSERS } from './nav.js';
import type { UbxParser } from './parser.js';
import { PayloadReader } from './reader.js';
import { STATE_PARSERS } from './state.js';
import { TIM_PARSERS } from './tim.js';

/** `ignored`: a message of another kind. `malformed`: one with the wrong length, or in a version that is not known. */
export type ParsedUbx = UbxMessage | 'ignored' | 'malformed';

const PARSERS: ReadonlyMap<number, UbxParser> = new Map([...NAV_PARSERS, ...TIM_PARSERS, ...STATE_PARSERS]);

/** Reads a frame whose checksum is right. */
export function parseUbx({ classId, messageId, payload }: UbxFrame): ParsedUbx {
  const parser = PARSERS.get((classId << 8) | messageId);
  return parser === undefined ? 'ignored' : (parser(new PayloadReader(payload)) ?? 'malformed');
}
