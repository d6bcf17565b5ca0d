/** Longest name and label (RFC 1035 §2.3.4). */
const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;

/** Letters of any script (a resolver converts them), digits, hyphens, and the underscore, which names in use have. */
const LABEL = /^[\p{L}\p{N}\p{M}_-]+$/u;
const HAS_LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** A last label that is a number makes the whole an IPv4 address to some resolvers (WHATWG URL §3.5). */
const NUMBER = /^(\d+|0x[\da-f]*)$/i;

/** `__SERVER__`: a template that was not filled in. */
const PLACEHOLDER = /^__.*__$/;

/** Returns whether a resolver can take the text for the name of a host. A closing dot is legal. */
export function isHostName(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name === '' || name.length > LONGEST_NAME || name.startsWith('-') || PLACEHOLDER.test(name)) return false;
  const labels = name.split('.');
  return labels.every(isLabel) && !NUMBER.test(labels.at(-1)!);
}

const isLabel = (label: string): boolean =>
  label.length <= LONGEST_LABEL && LABEL.test(label) && HAS_LETTER_OR_DIGIT.test(label);
