import { printable } from '../api/clean-text.js';

/**
 * Reads an answer of a hub that will be printed. Another program may answer at the socket, and control characters in a text would
 * command the terminal: they are made visible, except line ends. Throws SyntaxError.
 */
export const readAnswer = (text: string): unknown => JSON.parse(text, (_key, value) => clean(value));

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.split('\n').map(printable).join('\n');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [printable(key), item]));
}
