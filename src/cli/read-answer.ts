import { printable } from '../api/clean-text.js';

/**
 * Reads an answer of a hub that will be printed: what answers at a socket may be another program, and a control character in one
 * of its texts would command the terminal. Lines stay lines. Throws SyntaxError.
 */
export const readAnswer = (text: string): unknown => JSON.parse(text, (_key, value) => clean(value));

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.split('\n').map(printable).join('\n');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [printable(key), item]));
}
