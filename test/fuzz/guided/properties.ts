/** Throws if a number at any depth of a value is not finite. */
export function expectFinite(value: unknown, path = 'it'): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${path} is ${value}`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) expectFinite(member, key);
  }
}

/** Control characters (C0, C1), marks that change the direction of writing, and halves of surrogate pairs. */
const UNCLEAN = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Throws if a text contains characters that could control a terminal or forge a log. */
export function expectClean(text: string | undefined): void {
  if (text !== undefined && UNCLEAN.test(text))
    throw new Error(`the text is not clean: ${JSON.stringify(text).slice(0, 80)}`);
}
