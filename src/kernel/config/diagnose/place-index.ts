import type { AST } from 'toml-eslint-parser';
import { Lines } from './lines.js';
import type { Span } from './problem.js';

export type KeyPath = readonly (string | number)[];

interface Place {
  readonly key: readonly [number, number];
  readonly value: readonly [number, number];
}

/** The places of all keys and values of a file. */
export interface PlaceIndex {
  /** Returns the place of a value or of its key, or undefined if the file does not set it. */
  find(path: KeyPath, part: 'key' | 'value'): Span | undefined;
  readonly lines: Lines;
}

/**
 * Parses a text again with a parser that keeps places. The parser is loaded only here, because a configuration without faults
 * does not need it.
 */
export async function indexPlaces(text: string): Promise<PlaceIndex> {
  const { parseTOML } = await import('toml-eslint-parser');
  const lines = new Lines(text);
  const places = new Map<string, Place>();
  try {
    collect(parseTOML(text).body[0], places);
  } catch {
    // The two parsers disagree about this text: no places are known.
  }
  return {
    lines,
    find: (path, part) => {
      const range = places.get(keyOf(path))?.[part];
      return range === undefined ? undefined : lines.span(range[0], range[1]);
    },
  };
}

const keyOf = (path: KeyPath): string => JSON.stringify(path);

function collect(program: AST.TOMLTopLevelTable, places: Map<string, Place>): void {
  for (const node of program.body) {
    if (node.type === 'TOMLKeyValue') {
      collectPair(node, [], places);
      continue;
    }
    markKeys(node.key, node.resolvedKey.slice(0, node.key.keys.length), places);
    places.set(keyOf(node.resolvedKey), { key: outer(node.key), value: outer(node.key) });
    for (const pair of node.body) collectPair(pair, node.resolvedKey, places);
  }
}

function collectPair(pair: AST.TOMLKeyValue, base: KeyPath, places: Map<string, Place>): void {
  const path = [...base, ...pair.key.keys.map(nameOf)];
  markKeys(pair.key, path, places, base.length);
  places.set(keyOf(path), { key: outer(pair.key), value: pair.value.range });
  collectValue(pair.value, path, places);
}

function collectValue(value: AST.TOMLContentNode, path: KeyPath, places: Map<string, Place>): void {
  if (value.type === 'TOMLInlineTable') for (const pair of value.body) collectPair(pair, path, places);
  if (value.type !== 'TOMLArray') return;
  value.elements.forEach((element, index) => {
    places.set(keyOf([...path, index]), { key: element.range, value: element.range });
    collectValue(element, [...path, index], places);
  });
}

/** Records the places of tables that a dotted key or header implies: those of their first mention. */
function markKeys(key: AST.TOMLKey, path: KeyPath, places: Map<string, Place>, from = 0): void {
  key.keys.forEach((part, index) => {
    const implied = keyOf(path.slice(0, from + index + 1));
    if (!places.has(implied)) places.set(implied, { key: part.range, value: part.range });
  });
}

const outer = (key: AST.TOMLKey): readonly [number, number] => [key.keys[0]!.range[0], key.keys.at(-1)!.range[1]];

const nameOf = (part: AST.TOMLBare | AST.TOMLQuoted): string => (part.type === 'TOMLBare' ? part.name : part.value);
