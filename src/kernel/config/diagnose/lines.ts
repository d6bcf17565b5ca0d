import type { Span } from './problem.js';

/** The lines of a text; converts an offset to a line and a column. */
export class Lines {
  readonly #text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#text = text;
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Returns a line without its line ending. Lines count from 1. */
  line(number: number): string {
    const end = this.#starts[number] ?? this.#text.length + 1;
    return this.#text.slice(this.#starts[number - 1], end - 1).replace(/\r$/, '');
  }

  /** Returns the part of the offsets `from`..`to` that is in the first line. */
  span(from: number, to: number): Span {
    const line = this.#lineOf(from);
    return this.at(line, from - this.#starts[line - 1]! + 1, to - from);
  }

  /** Returns a place in the text; positions outside of it are clamped. */
  at(line: number, column: number, width = 1): Span {
    const number = Math.min(Math.max(1, line), this.count);
    const text = this.line(number);
    const start = Math.min(Math.max(1, column), text.length + 1);
    return { line: number, column: start, width: Math.max(1, Math.min(width, text.length + 1 - start)), text };
  }

  #lineOf(offset: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}
