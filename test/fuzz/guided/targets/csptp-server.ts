import { request, respond } from '../../../../src/protocol/csptp/index.js';
import { CONTEXT } from '../../../../src/protocol/csptp/testing/context.js';
import { LONG_RESPONSE_DUMP, ORG_REQUEST_DUMP, REQUEST_DUMP } from '../../../../src/protocol/csptp/testing/dumps.js';
import { outcomeOf, type Target } from '../target.js';
import { repairPtp } from './ptp-frames.js';

const QUESTION = { sequenceId: 7, domain: 128, wantStatus: true, wantAlternate: true } as const;
const GUARD = 0xee;
const contexts = ([1, 2] as const).map((steps) => ({ ...CONTEXT, amplify: 'never' as const, steps }));
const reply = new Uint8Array(4096);

/** The CSPTP server. Its answer is not longer than the request, and it does not change the request. */
export const target: Target = {
  seeds: [
    ...[REQUEST_DUMP, ORG_REQUEST_DUMP, LONG_RESPONSE_DUMP],
    ...[request({ ...QUESTION, dialect: 'plain', length: 128 }), request({ ...QUESTION, dialect: 'org', length: 130 })],
  ],
  form: 'octets',
  maxOctets: 1024,
  repair: repairPtp,
  run: (input) => {
    const { length } = input;
    reply.fill(GUARD, 0, length + 64);
    const before = input.slice();
    const written = respond(input, length, contexts[length % 4 === 0 ? 0 : 1]!, reply);
    if (written > length || written % 2 === 1) throw new Error(`${written} octets for ${length}`);
    if (reply[length] !== GUARD) throw new Error('wrote beyond the request');
    if (Buffer.compare(input, before) !== 0) throw new Error('changed the request');
    return outcomeOf(written);
  },
};
