import { HubError } from '../../../../src/api/index.js';
import { parseLeapSeconds, readLeapTable } from '../../../../src/core/leap/leap-list.js';
import { outcomeOf, type Target } from '../target.js';

const decoder = new TextDecoder();
const LIST = [
  '#$\t3676924800',
  '#@\t3991593600',
  '2272060800\t10\t# 1 Jan 1972',
  '2287785600\t11\t# 1 Jul 1972',
  '3692217600\t37\t# 1 Jan 2017',
  '#h\t848434d5 570f7ea8 d79ba227 a00fc821 f608e2d4',
  '',
];

/** The parser of the machine's list of leap seconds. */
export const target: Target = {
  seeds: [Buffer.from(LIST.join('\n')), Buffer.from([...LIST.slice(0, 4), ''].join('\r\n'))],
  form: 'text',
  maxOctets: 600,
  run: (input) => {
    const text = decoder.decode(input);
    readLeapTable(text);
    try {
      const table = parseLeapSeconds(text, 'a list');
      if (table.steps.some(({ at }, i) => i > 0 && at <= table.steps[i - 1]!.at)) throw new Error('out of order');
      return outcomeOf(table.steps.length);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return outcomeOf(error.message.slice(-20));
    }
  },
};
