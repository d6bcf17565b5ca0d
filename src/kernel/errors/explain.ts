import type { ErrorCode } from '../../api/index.js';
import type { Explanation } from './explanation.js';
import { nearest } from './nearest.js';
import { ERRORS } from './table.js';

export interface Explained {
  readonly known: boolean;
  /** Text for a terminal. */
  readonly text: string;
  readonly explanation?: Explanation;
}

/** Returns cause, effect and remedy of a code, or the nearest known code. Accepts `cfg_value` for `TH_CFG_VALUE`. */
export function explain(code: string): Explained {
  const wanted = code.trim().toUpperCase().replaceAll('-', '_');
  const name = (wanted.startsWith('TH_') ? wanted : `TH_${wanted}`) as ErrorCode;
  const explanation = Object.hasOwn(ERRORS, name) ? ERRORS[name] : undefined;
  if (explanation === undefined) return { known: false, text: unknown(code, name) };
  const { cause, effect, remedy } = explanation;
  return {
    known: true,
    explanation,
    text: `${name}\n\n  Cause:   ${cause}\n  Effect:  ${effect}\n  Remedy:  ${remedy}`,
  };
}

function unknown(code: string, name: string): string {
  const codes = Object.keys(ERRORS);
  const meant = nearest(name, codes);
  if (meant !== undefined) return `there is no code "${code}": did you mean ${meant}?`;
  const family = codes.filter((each) => each.startsWith(`${name.split('_').slice(0, 2).join('_')}_`));
  return `there is no code "${code}", known: ${(family.length > 0 ? family : codes).join(', ')}`;
}
