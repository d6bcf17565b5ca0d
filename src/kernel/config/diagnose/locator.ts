import { cleanText } from '../../../api/index.js';
import type { ConfigDocument, ConfigLayer } from '../read/document.js';
import type { Finding } from './finding.js';
import { indexPlaces, type KeyPath, type PlaceIndex } from './place-index.js';
import type { Problem, Span } from './problem.js';

/** Finds the places of values of a merged configuration in its files. */
export class Locator {
  readonly #document: ConfigDocument;
  readonly #indices = new Map<ConfigLayer, Promise<PlaceIndex>>();

  constructor(document: ConfigDocument) {
    this.#document = document;
  }

  /** Returns the last layer that sets a value, and the place in it; for an absent value, the nearest table around it. */
  async #find(
    path: KeyPath,
    part: 'key' | 'value',
    file?: string,
  ): Promise<{ layer: ConfigLayer; span: Span } | undefined> {
    const layers = this.#document.layers.filter((layer) => file === undefined || layer.path === file).reverse();
    for (let length = path.length; length > 0; length--) {
      for (const layer of layers) {
        const index = await this.#index(layer);
        const span = index.find(path.slice(0, length), length === path.length ? part : 'key');
        if (span !== undefined) return { layer, span: asOnDisk(layer, span) };
      }
    }
    return undefined;
  }

  /** Returns the finding with its place, or undefined if it is about text that the tolerant parser inserted or left out. */
  async place(finding: Finding): Promise<Problem | undefined> {
    if (finding.absence && this.#document.incomplete) return undefined;
    const found = await this.#find(finding.path, finding.at, finding.file);
    if (found !== undefined && finding.at === 'value' && found.layer.parsed.patched.has(found.span.line))
      return undefined;
    return problem(finding, found?.layer.path ?? finding.file ?? this.#document.path, found?.span);
  }

  #index(layer: ConfigLayer): Promise<PlaceIndex> {
    let index = this.#indices.get(layer);
    if (index === undefined) {
      index = indexPlaces(layer.parsed.text);
      this.#indices.set(layer, index);
    }
    return index;
  }
}

/** Returns the syntax faults of all files. */
export const faultsOf = (document: ConfigDocument): readonly Problem[] =>
  document.layers.flatMap((layer) =>
    layer.parsed.faults.map((fault) => problem(fault, layer.path, asOnDisk(layer, fault.span))),
  );

const problem = (
  told: Pick<Finding, 'code' | 'severity' | 'message' | 'hint'>,
  file: string,
  span: Span | undefined,
): Problem => ({
  code: told.code,
  severity: told.severity ?? 'error',
  file,
  span,
  message: short(told.message),
  hint: told.hint === undefined ? undefined : short(told.hint),
});

/** Longest message, characters. A message quotes the file, whose keys and values may have any length. */
const LONGEST_MESSAGE = 2000;

const short = (text: string): string => cleanText(text, LONGEST_MESSAGE);

/** Returns the place with its line as the operator wrote it, not as the parser patched it. */
function asOnDisk(layer: ConfigLayer, span: Span): Span {
  if (!layer.parsed.patched.has(span.line)) return span;
  return { ...span, text: (layer.text.split('\n')[span.line - 1] ?? '').replace(/\r$/, '') };
}
