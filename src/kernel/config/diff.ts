import { isDeepStrictEqual } from 'node:util';
import type { HubConfig, InstancePlan } from './config.js';

/** Changes of a new configuration: ids of instances. */
export interface ConfigDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The plugin's own keys changed: the instance reloads or restarts. */
  readonly changed: readonly string[];
  /** Only keys that all sources have (prefer, trust, offset …) changed: no restart. */
  readonly retuned: readonly string[];
  readonly kept: readonly string[];
  /** `[hub]`, `[target]`, `[lab]` or the list of plugins changed. */
  readonly hub: boolean;
}

/** Compares two configurations for a reload. A disabled instance counts as absent. */
export function diffConfig(old: HubConfig, next: HubConfig): ConfigDifference {
  const before = enabled(old);
  const after = enabled(next);
  const common = [...after.keys()].filter((id) => before.has(id));
  const verdict = (id: string) => compare(before.get(id)!, after.get(id)!);
  return {
    added: [...after.keys()].filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    changed: common.filter((id) => verdict(id) === 'changed'),
    retuned: common.filter((id) => verdict(id) === 'retuned'),
    kept: common.filter((id) => verdict(id) === 'kept'),
    hub: !isDeepStrictEqual(withoutInstances(old), withoutInstances(next)),
  };
}

const enabled = (config: HubConfig): ReadonlyMap<string, InstancePlan> =>
  new Map(config.instances.filter((instance) => instance.enabled).map((instance) => [instance.id, instance]));

function compare(a: InstancePlan, b: InstancePlan): 'changed' | 'retuned' | 'kept' {
  if (a.kind !== b.kind || a.onError !== b.onError || !isDeepStrictEqual(a.config, b.config)) return 'changed';
  const same = a.kind === 'sink' || b.kind === 'sink' || isDeepStrictEqual(a.options, b.options);
  return same ? 'kept' : 'retuned';
}

const withoutInstances = ({ instances: _, ...rest }: HubConfig) => rest;
