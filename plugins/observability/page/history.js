const LONGEST_S = 3600;

/** The hour of data behind the plot and the sparklines: the snapshot's columns, extended by each new sample. */
export class History {
  t = [];
  offsetNs = [];
  sigmaNs = [];
  sources = new Map();

  load(view) {
    this.t = [...view.t];
    this.offsetNs = [...view.offsetNs];
    this.sigmaNs = [...view.sigmaNs];
    this.sources = new Map(Object.entries(view.sources).map(([id, values]) => [id, [...values]]));
  }

  add(sample) {
    // The plot needs rising times, even if the clock was stepped back.
    if (sample.t <= (this.t.at(-1) ?? 0)) return;
    const rows = this.t.length;
    this.t.push(sample.t);
    this.offsetNs.push(sample.offsetNs);
    this.sigmaNs.push(sample.sigmaNs);
    for (const id of Object.keys(sample.sources)) {
      if (!this.sources.has(id)) this.sources.set(id, new Array(rows).fill(null));
    }
    for (const [id, values] of this.sources) values.push(sample.sources[id] ?? null);
    this.#trim(sample.t - LONGEST_S);
  }

  /** Returns the index of the first row at or after `t`. */
  since(t) {
    const index = this.t.findIndex((one) => one >= t);
    return index < 0 ? this.t.length : index;
  }

  #trim(oldest) {
    // Removes a minute at a time, because moving the arrays each second is wasteful.
    if (this.t[0] >= oldest - 60) return;
    const gone = this.since(oldest);
    for (const column of [this.t, this.offsetNs, this.sigmaNs, ...this.sources.values()]) column.splice(0, gone);
  }
}
