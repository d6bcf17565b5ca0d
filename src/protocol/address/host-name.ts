/** Longest name and label (RFC 1035 §2.3.4). */
const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;

/** Letters of any script (a resolver converts them), digits, hyphens, and underscores, which some names in use have. */
const LABEL = /^[\p{L}\p{N}\p{M}_-]+$/u;
const HAS_LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Some resolvers read a name whose last label is a number as an IPv4 address (WHATWG URL §3.5). */
const NUMBER = /^(\d+|0x[\da-f]*)$/i;

/** A template that was not filled in, such as `__SERVER__`. */
const PLACEHOLDER = /^__.*__$/;

/** Returns true if a resolver accepts the text as the name of a host. A closing dot is legal. */
export function isHostName(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name === '' || name.length > LONGEST_NAME || name.startsWith('-') || PLACEHOLDER.test(name)) return false;
  const labels = name.split('.');
  return labels.every(isLabel) && !NUMBER.test(labels.at(-1)!);
}

const isLabel = (label: string): boolean =>
  label.length <= LONGEST_LABEL && LABEL.test(label) && HAS_LETTER_OR_DIGIT.test(label);
