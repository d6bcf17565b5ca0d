/** A number with its unit, or a date, that is not part of a name, an address or an id. */
const NUMBER =
  /(?<![\w.:/-])[+-]?\d+(?:\.\d+|-\d\d-\d\dT[\d:.]+Z)?(?: ?(?:ns|µs|us|ms|s|min|h|d|days?|%|ppb|ppm))?(?![\w:/-]|\.\w)/g;

/** Returns the sentence with `#` for each number: two sentences are repetitions if only their numbers differ. */
export const withoutNumbers = (sentence: string): string => sentence.replace(NUMBER, '#');
