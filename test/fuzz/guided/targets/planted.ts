import { parsePlanted } from '../planted-parser.js';
import type { Target } from '../target.js';

/** A parser for tests of the fuzzer itself, not one of the hub. */
export const target: Target = {
  seeds: [new Uint8Array(16)],
  form: 'octets',
  maxOctets: 64,
  run: (input) => {
    parsePlanted(input);
    return 0;
  },
};
