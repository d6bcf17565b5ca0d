/** Throws when a number in a value, however deep, is not finite. */
export function expectFinite(value: unknown, path = 'it'): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${path} is ${value}`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) expectFinite(member, key);
  }
}

/** Control characters of C0 and C1, marks that turn the direction of writing, halves of surrogate pairs. */
const UNCLEAN = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Throws when a text would do something to a terminal or a log. */
export function expectClean(text: string | undefined): void {
  if (text !== undefined && UNCLEAN.test(text))
    throw new Error(`the text is not clean: ${JSON.stringify(text).slice(0, 80)}`);
}
