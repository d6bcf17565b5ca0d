import { BoundedMap } from '../../../api/bounded-map.js';
import type { NmeaGsa, NmeaGsv, NmeaSight } from '../../nmea/index.js';
import type { UbxSat, UbxSight } from '../../ubx/index.js';
import type { Constellation, SatelliteId, SatelliteSight, SatelliteSignal } from '../index.js';

/** Satellites that are kept of one list; some 130 exist, a third of them in view. */
export const MOST_SATELLITES = 128;
/** Lists that are kept: one a system and signal. */
const MOST_LISTS = 40;
/** Epochs after which a list that was not sent again is dropped. Some receivers send theirs every fifth epoch. */
const MOST_AGE = 15;

type Sight = NmeaSight & { readonly used?: boolean };

interface SatelliteList {
  /** The epoch of its newest complete version. */
  epoch: number;
  sights: readonly Sight[];
  /** Parts of the next version, which is not complete yet. */
  pending: Sight[];
}

const keyOf = ({ constellation, id }: SatelliteId): string => `${constellation} ${id}`;

/** The satellites in view, from all lists that a receiver sends. */
export class SkyView {
  readonly #lists = new BoundedMap<string, SatelliteList>({ capacity: MOST_LISTS });
  /** Satellites in the solution by GSA, of the present epoch and the one before it. */
  #used: Set<string> | undefined;
  #usedNext: Set<string> | undefined;
  #epoch = 0;

  /** Begins a new epoch. */
  next(): void {
    this.#epoch++;
    this.#used = this.#usedNext ?? this.#used;
    this.#usedNext = undefined;
    for (const [key, { epoch }] of [...this.#lists]) if (this.#epoch - epoch > MOST_AGE) this.#lists.delete(key);
  }

  reset(): void {
    this.#lists.clear();
    this.#used = undefined;
    this.#usedNext = undefined;
  }

  addUsed({ used }: NmeaGsa): void {
    this.#usedNext ??= new Set();
    for (const satellite of used) if (this.#usedNext.size < MOST_SATELLITES) this.#usedNext.add(keyOf(satellite));
  }

  addPart({ list, part, parts, satellites }: NmeaGsv): void {
    const entry = this.#lists.get(list) ?? { epoch: this.#epoch, sights: [], pending: [] };
    if (part === 1) entry.pending = [];
    if (entry.pending.length < MOST_SATELLITES) entry.pending.push(...satellites);
    if (part === parts) {
      entry.sights = entry.pending;
      entry.pending = [];
      entry.epoch = this.#epoch;
    }
    this.#lists.set(list, entry);
  }

  addAll({ name, satellites }: UbxSat): void {
    this.#lists.set(name, { epoch: this.#epoch, sights: satellites.slice(0, MOST_SIGNALS), pending: [] });
  }

  /** Satellites in the solution; undefined: not stated. */
  get usedCount(): number | undefined {
    const used = this.#usedNext ?? this.#used;
    return used?.size;
  }

  /** All satellites in view with their signals. */
  get satellites(): readonly SatelliteSight[] {
    const used = this.#usedNext ?? this.#used;
    const found = new Map<string, MergedSight>();
    for (const { sights } of this.#lists.values()) {
      for (const sight of sights) {
        const key = keyOf(sight);
        const merged = found.get(key);
        if (merged !== undefined) merged.add(sight);
        else if (found.size < MOST_SATELLITES) found.set(key, new MergedSight(sight, used?.has(key) === true));
      }
    }
    return [...found.values()].map((merged) => merged.value);
  }
}

/** Entries that are kept of NAV-SIG: several signals a satellite. */
const MOST_SIGNALS = 255;

/** One satellite, from the lists that name it. */
class MergedSight {
  #sight: SatelliteSight;

  constructor({ constellation, id, ...first }: Sight | UbxSight, isUsed: boolean) {
    const { elevationDeg, azimuthDeg, signal } = first;
    this.#sight = {
      ...{ constellation, id, elevationDeg, azimuthDeg },
      used: isUsed || first.used === true,
      signals: [signal],
    };
  }

  get value(): SatelliteSight {
    return this.#sight;
  }

  add(sight: Sight | UbxSight): void {
    const { elevationDeg, azimuthDeg, used, signals } = this.#sight;
    this.#sight = {
      ...this.#sight,
      elevationDeg: elevationDeg ?? sight.elevationDeg,
      azimuthDeg: azimuthDeg ?? sight.azimuthDeg,
      used: used || sight.used === true,
      signals: withSignal(signals, sight.signal),
    };
  }
}

/** Adds a signal. One without a name says nothing more than the named ones do. */
function withSignal(signals: readonly SatelliteSignal[], signal: SatelliteSignal): readonly SatelliteSignal[] {
  if (signal.name === undefined && signals.length > 0) return signals;
  return [...signals.filter(({ name }) => name !== undefined && name !== signal.name), signal];
}

/** The satellites of one system. */
export interface SystemCount {
  readonly constellation: Constellation;
  readonly seen: number;
  readonly used: number;
  /** Mean of the best C/N0 of each tracked satellite, dB-Hz; undefined: none is tracked. */
  readonly meanCn0DbHz: number | undefined;
}

/** Counts satellites by their systems, in the order in which these appear. */
export function countBySystem(satellites: readonly SatelliteSight[]): readonly SystemCount[] {
  const systems = new Map<Constellation, SatelliteSight[]>();
  for (const satellite of satellites) {
    const others = systems.get(satellite.constellation);
    if (others === undefined) systems.set(satellite.constellation, [satellite]);
    else others.push(satellite);
  }
  return [...systems].map(([constellation, members]) => {
    const best = members.flatMap(({ signals }) => bestCn0(signals) ?? []);
    return {
      constellation,
      seen: members.length,
      used: members.filter(({ used }) => used).length,
      meanCn0DbHz: best.length === 0 ? undefined : best.reduce((sum, cn0) => sum + cn0, 0) / best.length,
    };
  });
}

function bestCn0(signals: readonly SatelliteSignal[]): number | undefined {
  const values = signals.flatMap(({ cn0DbHz }) => cn0DbHz ?? []);
  return values.length === 0 ? undefined : Math.max(...values);
}
