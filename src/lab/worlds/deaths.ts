/** A server that falls silent for ever. */
export interface Death {
  readonly server: number;
  readonly atS: number;
}

/**
 * Returns those deaths after which more living servers are right than wrong, in the order of time. The first death of a server
 * counts.
 */
export function deathsThatLeaveAMajority(
  deaths: readonly Death[],
  servers: number,
  wrong: ReadonlySet<number>,
): readonly Death[] {
  const living = new Set(Array.from({ length: servers }, (_, index) => index));
  const accepted: Death[] = [];
  for (const death of [...deaths].sort((a, b) => a.atS - b.atS)) {
    if (!living.delete(death.server)) continue;
    const wrongOnes = [...living].filter((server) => wrong.has(server)).length;
    if (wrongOnes * 2 < living.size) accepted.push(death);
    else living.add(death.server);
  }
  return accepted;
}
