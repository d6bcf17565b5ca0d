import type { Claims, Observation, SourceContext } from '../../api/index.js';

/** The calls of a source of contract 1, which stated observations and claims apart. */
export interface Contract1 {
  observe(observations: readonly Observation[]): void;
  claim(claims: Claims): void;
}

/** Returns the calls of contract 1 in terms of `report`, so that plugins that were written for it go on working. */
export const contract1 = ({ report }: Pick<SourceContext, 'report'>): Contract1 => ({
  observe: (observations) => report({ observations }),
  claim: (claims) => report({ claims, observations: [] }),
});
