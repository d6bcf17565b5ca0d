/**
 * Returns the candidate of which `word` is most probably a misspelling, or undefined. Case, `_` and camelCase are no mistakes.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = kebab(word);
  const tolerance = wanted.length <= 3 ? 1 : 2;
  let best: string | undefined;
  let least = tolerance + 1;
  for (const candidate of candidates) {
    const goal = kebab(candidate);
    const distance = editDistance(wanted, goal, least - 1);
    // The two words must share a letter.
    if (distance < least && distance < goal.length) [best, least] = [candidate, distance];
  }
  return best;
}

const kebab = (word: string): string =>
  word
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();

/** Returns the number of insertions, deletions, replacements and swaps of neighbours from `a` to `b`, at most `limit` + 1. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swap ? beforeLast[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost, swapped));
    }
    if (Math.min(...row) > limit) return limit + 1;
    [beforeLast, last] = [last, row];
  }
  return Math.min(last[b.length]!, limit + 1);
}
