import { cleanText } from '../../api/clean-text.js';
import type { Field } from './field.js';

const MAX_OCTETS = 255;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** PTPText (IEEE 1588-2019 §5.3.9): a length octet and UTF-8. Received text is cleaned, because the sender chooses it. */
export const text: Field<string> = {
  read(from) {
    if (from.left < 1) return undefined;
    const length = from.view.getUint8(from.at);
    if (from.left < 1 + length) return undefined;
    const start = from.advance(1 + length) + 1;
    return cleanText(decoder.decode(from.octets.subarray(start, start + length)), MAX_OCTETS);
  },
  write(to, value) {
    const utf8 = cut(encoder.encode(value));
    const start = to.advance(1 + utf8.length);
    to.view.setUint8(start, utf8.length);
    to.octets.set(utf8, start + 1);
  },
};

/** A text at the end of a TLV. Some senders leave it out: then it is read as empty. An empty text is not written. */
export const optionalText: Field<string> = {
  read: (from) => (from.left === 0 ? '' : text.read(from)),
  write(to, value) {
    if (value !== '') text.write(to, value);
  },
};

/** Cuts UTF-8 to at most 255 octets, at the end of a character. */
function cut(utf8: Uint8Array): Uint8Array {
  if (utf8.length <= MAX_OCTETS) return utf8;
  let end = MAX_OCTETS;
  while ((utf8[end]! & 0xc0) === 0x80) end--;
  return utf8.subarray(0, end);
}
