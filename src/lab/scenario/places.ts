import type { KeyPath } from '../../kernel/config/diagnose/place-index.js';
import type { Scenario } from './schema.js';

/** Returns each direction of each path of a scenario, with the place of its table. */
export const linksOf = (scenario: Scenario) =>
  (['server', 'ptp'] as const).flatMap((kind) =>
    scenario[kind].flatMap(({ up, down }, index) =>
      Object.entries({ up, down }).flatMap(([direction, link]) =>
        link === undefined ? [] : [{ path: [kind, index, direction] as KeyPath, link }],
      ),
    ),
  );

/** Returns each clock of a scenario, with the place of its table. */
export const clocksOf = ({ clock, phc }: Scenario) => [
  { path: ['clock'] as KeyPath, clock },
  ...phc.map((one, index) => ({ path: ['phc', index] as KeyPath, clock: one })),
];
