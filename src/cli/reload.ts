import { type Logger, NS_PER_S } from '../api/index.js';
import { diffConfig, formatProblems, type HubConfig, problemLine } from '../kernel/config/index.js';
import { within } from '../kernel/deadline.js';
import type { Host } from '../kernel/host.js';
import type { Hub } from '../kernel/hub.js';
import { type LoadedHub, loadHub } from './load-hub.js';

/** Limit for the loading of plugins: a module may wait for ever. */
const LOAD_DEADLINE_NS = 30 * NS_PER_S;

export interface ReloadParts {
  readonly config: HubConfig;
  readonly hub: Pick<Hub, 'reload' | 'reloads'>;
  readonly host: Pick<Host, 'after' | 'notify'>;
  readonly log: Logger;
  /** Default: `loadHub`. */
  readonly load?: (path: string) => Promise<LoadedHub>;
}

/**
 * Reads the configuration of a running hub again and applies it. If reading fails, the present configuration stays. The reason
 * is logged, and shown in the status until a reload succeeds.
 */
export class Reload {
  readonly #parts: ReloadParts;
  #inForce: HubConfig;

  constructor(parts: ReloadParts) {
    this.#parts = parts;
    this.#inForce = parts.config;
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { host } = this.#parts;
    // sd_notify(3) asks for the time of the message, µs of CLOCK_MONOTONIC.
    host.notify(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
    const loaded = await this.#load();
    if (loaded !== undefined) await this.#apply(loaded);
    host.notify('READY=1');
  }

  /** Resolves with undefined if the present configuration stays. */
  async #load(): Promise<Extract<LoadedHub, { readonly problems?: undefined }> | undefined> {
    const { host, load = loadHub } = this.#parts;
    const { path } = this.#inForce;
    try {
      const loaded = await within(host, LOAD_DEADLINE_NS, 'to load', load(path));
      if (loaded.problems === undefined) return loaded;
      const { length } = loaded.problems;
      const more = length === 1 ? '' : `, and ${length - 1} more: "timehub check-config ${path}" lists them`;
      this.#keep(
        `${problemLine(loaded.problems[0]!)}${more}`,
        `${path} has problems\n${formatProblems(loaded.problems)}`,
      );
    } catch (error) {
      this.#keep(`${path} cannot be read: ${messageOf(error)}`);
    }
    return undefined;
  }

  #keep(reason: string, details = reason): void {
    const { hub, log } = this.#parts;
    hub.reloads.failed(`the present configuration stays: ${reason}`);
    log.warn(`the present configuration stays: ${details}`);
  }

  async #apply({ config, plans, warnings }: Extract<LoadedHub, { readonly problems?: undefined }>): Promise<void> {
    const { hub, log } = this.#parts;
    const { path } = this.#inForce;
    for (const warning of warnings) log.warn(problemLine(warning), { code: warning.code });
    const difference = diffConfig(this.#inForce, config);
    // Only sources and sinks change: other tables keep their values of the start.
    this.#inForce = { ...this.#inForce, instances: config.instances };
    try {
      await hub.reload(plans, difference);
    } catch (error) {
      const text = `${path} is in force, but a part of it could not be applied: ${messageOf(error)}`;
      hub.reloads.failed(text);
      log.warn(text);
      return;
    }
    const parts = (['added', 'removed', 'changed', 'retuned', 'kept'] as const).filter(
      (part) => difference[part].length > 0,
    );
    const text = `read ${path} again: ${parts.map((part) => `${part} ${difference[part].join(', ')}`).join('; ')}`;
    hub.reloads.applied(text);
    log.info(text);
    if (difference.hub) log.warn('changes outside of sources and sinks take effect at the next start');
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
