import { HubError } from '../../api/index.js';

/** Maximum size of a value as JSON. It holds measured figures, not data: the state file is written as a whole. */
const MAX_OCTETS = 4096;
/** Maximum number of values. The oldest go first: those of instances that are no longer configured. */
const MOST = 256;

/** The JSON values that instances leave for their next start, by id. An instance need not run now. */
export class InstanceValues {
  readonly #changed: () => void;
  /** As JSON text, so that no caller can change a stored value. In the order of the last change. */
  readonly #texts = new Map<string, string>();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#texts.size;
  }

  /** Returns undefined when the instance has left no value. */
  get(id: string): unknown {
    const text = this.#texts.get(id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** `undefined` removes the value. Throws `TH_PLUGIN_REMEMBER`. */
  set(id: string, value: unknown): void {
    const text = value === undefined ? undefined : jsonOf(id, value);
    if (text === this.#texts.get(id)) return;
    this.#texts.delete(id);
    if (text !== undefined) this.#texts.set(id, text);
    for (const oldest of [...this.#texts.keys()].slice(0, Math.max(0, this.#texts.size - MOST)))
      this.#texts.delete(oldest);
    this.#changed();
  }

  /** Takes the values of an earlier run. Values that `set` would refuse are left out. */
  load(values: Readonly<Record<string, unknown>>): void {
    for (const [id, value] of Object.entries(values).slice(-MOST)) {
      try {
        this.#texts.set(id, jsonOf(id, value));
      } catch {
        // The file was edited.
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
    throw new HubError(
      'TH_PLUGIN_REMEMBER',
      `the value that ${id} wants to keep is not JSON: ${(cause as Error).message}`,
    );
  }
  if (text === undefined) throw new HubError('TH_PLUGIN_REMEMBER', `the value that ${id} wants to keep is not JSON`);
  const octets = octetsOf(text);
  if (octets > MAX_OCTETS) {
    throw new HubError('TH_PLUGIN_REMEMBER', `the value that ${id} wants to keep has ${octets} octets`, {
      hint: `a value may have ${MAX_OCTETS} octets as JSON`,
    });
  }
  return text;
}

const octetsOf = (text: string): number => Buffer.byteLength(text);
