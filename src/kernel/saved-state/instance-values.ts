import { HubError } from '../../api/index.js';

/** For figures that were measured, not for data: the state file is written as a whole. */
const MAX_OCTETS = 4096;
/** Beyond these the oldest go: instances that the configuration has long forgotten. */
const MOST = 256;

/** What instances leave behind for their next start, by id, whether they run now or not. JSON values. */
export class InstanceValues {
  readonly #changed: () => void;
  /** As JSON: nobody holds a part of what is kept. The one that was changed last is the last. */
  readonly #texts = new Map<string, string>();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#texts.size;
  }

  /** Undefined: it has left nothing. */
  of(id: string): unknown {
    const text = this.#texts.get(id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** `undefined` forgets. Throws `TH_PLUGIN_REMEMBER`. */
  keep(id: string, value: unknown): void {
    const text = value === undefined ? undefined : jsonOf(id, value);
    if (text === this.#texts.get(id)) return;
    this.#texts.delete(id);
    if (text !== undefined) this.#texts.set(id, text);
    for (const oldest of [...this.#texts.keys()].slice(0, Math.max(0, this.#texts.size - MOST)))
      this.#texts.delete(oldest);
    this.#changed();
  }

  /** Of an earlier run; what cannot have been kept is not taken. */
  take(values: Readonly<Record<string, unknown>>): void {
    for (const [id, value] of Object.entries(values).slice(-MOST)) {
      try {
        this.#texts.set(id, jsonOf(id, value));
      } catch {
        // From somebody with an editor.
      }
    }
  }

  all(): Readonly<Record<string, unknown>> {
    return Object.fromEntries([...this.#texts].map(([id, text]) => [id, JSON.parse(text)]));
  }
}

function jsonOf(id: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new HubError('TH_PLUGIN_REMEMBER', `what ${id} wants to be kept is no JSON: ${(cause as Error).message}`);
  }
  if (text === undefined) throw new HubError('TH_PLUGIN_REMEMBER', `what ${id} wants to be kept is no JSON`);
  const octets = octetsOf(text);
  if (octets > MAX_OCTETS) {
    throw new HubError('TH_PLUGIN_REMEMBER', `what ${id} wants to be kept has ${octets} octets`, {
      hint: `${MAX_OCTETS} octets of JSON at most`,
    });
  }
  return text;
}

const octetsOf = (text: string): number => Buffer.byteLength(text);
