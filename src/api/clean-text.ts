declare const cleaned: unique symbol;

/** A text that `cleanText` returned: one line without control characters and of bounded length. */
export type CleanText = string & { readonly [cleaned]: true };

/** Longest name from a peer, characters. gpsd's paths have at most 127 (GPS_PATH_MAX). */
export const LONGEST_NAME = 128;
/** Longest sentence, characters: three lines of a wide terminal. */
export const LONGEST_SENTENCE = 500;

/**
 * Control characters (C0, DEL, C1), line and paragraph separators, and Unicode's categories format (bidirectional controls,
 * zero-width characters), private use, unassigned and surrogate.
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

const REPLACEMENT = '\u{fffd}';

/** Returns the text with each unprintable character replaced by U+FFFD, so that it cannot command a terminal or end a line. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, REPLACEMENT);

/**
 * Returns a peer's text in a form that may be shown, logged and used as a key: printable, and at most `longest` characters
 * (UTF-16 units), with `…` at the end of a cut text. Cleaning again changes nothing. The work is bounded by `longest`.
 */
export function cleanText(text: string, longest = LONGEST_NAME): CleanText {
  const short = text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
  return printable(short) as CleanText;
}
