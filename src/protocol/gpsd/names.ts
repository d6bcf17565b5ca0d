/** Maximum number of names in a sentence. */
const MOST_NAMES = 3;

/** Returns `a`, `a and b`, `a and b and c`, `a and b and c and 13 others`. */
export function namesOf(paths: readonly string[]): string {
  const left = paths.length - MOST_NAMES;
  const others = left > 1 ? [`${left} others`] : paths.slice(MOST_NAMES);
  return [...paths.slice(0, MOST_NAMES), ...others].join(' and ');
}
