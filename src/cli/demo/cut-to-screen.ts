import { stripVTControlCharacters } from 'node:util';

const ESCAPE = '\u001b';
/** A colour, at the place where the search begins. */
const COLOUR = new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'y');
const PLAIN = `${ESCAPE}[0m`;

/** Cuts lines at the right edge and the text at the lower one: a line that wraps would make the screen scroll. */
export function cutToScreen(text: string, columns: number, rows: number): string {
  const lines = text.split('\n');
  return lines
    .slice(0, rows)
    .map((line) => (stripVTControlCharacters(line).length > columns ? cut(line, columns) : line))
    .join('\n');
}

/** The first `columns - 1` characters and an ellipsis. Colours take no room. */
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
