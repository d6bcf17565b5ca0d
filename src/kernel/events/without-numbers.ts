/** A number with its unit, or a date, that stands by itself: not a part of a name, an address or an id. */
const NUMBER =
  /(?<![\w.:/-])[+-]?\d+(?:\.\d+|-\d\d-\d\dT[\d:.]+Z)?(?: ?(?:ns|µs|us|ms|s|min|h|d|days?|%|ppb|ppm))?(?![\w:/-]|\.\w)/g;

/** Returns the sentence without its numbers: two sentences of one gist say the same of another amount. */
export const withoutNumbers = (sentence: string): string => sentence.replace(NUMBER, '#');
