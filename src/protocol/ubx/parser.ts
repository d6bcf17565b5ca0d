import type { UbxMessage } from './messages.js';
import type { PayloadReader } from './reader.js';

/** Reads the payload of one message; undefined: wrong length or an unknown version of the message. */
export type UbxParser = (payload: PayloadReader) => UbxMessage | undefined;

/** Parsers by class and ID, as 0xCCII. */
export type UbxParserTable = readonly (readonly [number, UbxParser])[];
