import { parsePlanted } from '../planted-parser.js';
import type { Target } from '../target.js';

/** Not a parser of the hub: what the fuzzer is tried on. */
export const target: Target = {
  seeds: [new Uint8Array(16)],
  form: 'octets',
  maxOctets: 64,
  run: (input) => {
    parsePlanted(input);
    return 0;
  },
};
