import { cleanText, LONGEST_SENTENCE, type Logger } from '../../api/index.js';

/** Items of a list that an instance shows of itself. */
const MOST_ITEMS = 256;
/** Levels of it. */
const DEEPEST = 8;

/** Cleans a sentence of an instance: it may quote what a peer, a device or a file says. */
export const sentence = (text: string): string => cleanText(text, LONGEST_SENTENCE);

/**
 * Copies a value of an instance for others to see: its texts and keys are cleaned, long lists are cut and what lies deeper than
 * 8 levels is left out. Other values than texts, lists and plain objects stay what they are.
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

/** The logger of an instance, which cleans what it is given. */
export const cleanedLogger = (log: Logger): Logger => ({
  debug: (message, fields) => log.debug(sentence(message), cleaned(fields)),
  info: (message, fields) => log.info(sentence(message), cleaned(fields)),
  warn: (message, fields) => log.warn(sentence(message), cleaned(fields)),
});
