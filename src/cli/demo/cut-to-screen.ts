import { stripVTControlCharacters } from 'node:util';

const ESCAPE = '\u001b';
/** The escape sequence of a colour at the start of the search. */
const COLOUR = new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'y');
const PLAIN = `${ESCAPE}[0m`;

/** Cuts a text to the size of the screen: a wrapped line would make it scroll. */
export function cutToScreen(text: string, columns: number, rows: number): string {
  const lines = text.split('\n');
  return lines
    .slice(0, rows)
    .map((line) => (stripVTControlCharacters(line).length > columns ? cut(line, columns) : line))
    .join('\n');
}

/** Returns the first `columns - 1` characters and an ellipsis. Colours have no width. */
function cut(line: string, columns: number): string {
  let width = 0;
  let at = 0;
  while (width < columns - 1) {
    COLOUR.lastIndex = at;
    const code = COLOUR.exec(line)?.[0];
    if (code === undefined) width++;
    at += code?.length ?? String.fromCodePoint(line.codePointAt(at)!).length;
  }
  const start = line.slice(0, at);
  return `${start}…${stripVTControlCharacters(start) === start ? '' : PLAIN}`;
}
