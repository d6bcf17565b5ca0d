import { cleanText, LONGEST_SENTENCE, type Logger } from '../../api/index.js';

/** Maximum number of items of a list or entries of an object. */
const MOST_ITEMS = 256;
/** Maximum depth of a value, levels. */
const DEEPEST = 8;

/** Cleans a sentence of an instance, which may quote a peer, a device or a file. */
export const sentence = (text: string): string => cleanText(text, LONGEST_SENTENCE);

/**
 * Returns a copy of an instance's value that is safe to show: texts and keys are cleaned, long lists are cut, levels below the
 * eighth are left out. Values other than texts, lists and plain objects stay the same.
 */
export function cleaned<T>(value: T): T {
  return clean(value, DEEPEST) as T;
}

function clean(value: unknown, levels: number): unknown {
  if (typeof value === 'string') return sentence(value);
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '…';
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item) => clean(item, levels - 1));
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).slice(0, MOST_ITEMS);
  return Object.fromEntries(entries.map(([key, item]) => [sentence(key), clean(item, levels - 1)]));
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Returns a logger that cleans its messages and fields. */
export const cleanedLogger = (log: Logger): Logger => ({
  debug: (message, fields) => log.debug(sentence(message), cleaned(fields)),
  info: (message, fields) => log.info(sentence(message), cleaned(fields)),
  warn: (message, fields) => log.warn(sentence(message), cleaned(fields)),
});
