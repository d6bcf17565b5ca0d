import { CsptpExchange, measure } from '../../../../src/protocol/csptp/index.js';
import {
  FOLLOW_UP_DUMP,
  LONG_RESPONSE_DUMP,
  ONE_STEP_DUMP,
  ORG_RESPONSE_DUMP,
  RESPONSE_DUMP,
} from '../../../../src/protocol/csptp/testing/dumps.js';
import { expectFinite } from '../properties.js';
import { framesOf, joinFrames, outcomeOf, type Target } from '../target.js';
import { repairPtp } from './ptp-frames.js';

const QUESTION = { sequenceId: 7, domain: 128, wantStatus: true, wantAlternate: true } as const;
const DOMAIN_AT = 4;
const SEQUENCE_AT = 30;
const sent = { time: 1_785_931_237_249_998_000n, monotonic: 0n };
const received = { time: 1_785_931_237_250_047_000n, monotonic: 49_000n };

/** An exchange of the CSPTP client. Several datagrams answer it. */
export const target: Target = {
  seeds: [
    [ONE_STEP_DUMP],
    [RESPONSE_DUMP, FOLLOW_UP_DUMP],
    [FOLLOW_UP_DUMP, LONG_RESPONSE_DUMP],
    [ORG_RESPONSE_DUMP, FOLLOW_UP_DUMP],
  ].map(joinFrames),
  form: 'frames',
  maxOctets: 1024,
  repair: (octets, length) => {
    repairPtp(octets, length);
    if (length > SEQUENCE_AT + 1) [octets[DOMAIN_AT], octets[SEQUENCE_AT], octets[SEQUENCE_AT + 1]] = [128, 0, 7];
  },
  run: (input) => {
    const exchange = new CsptpExchange({ ...QUESTION, dialect: 'plain', length: 128 });
    const words: string[] = [];
    for (const datagram of framesOf(input)) {
      const verdict = exchange.judge(datagram, received);
      words.push(verdict.kind === 'refused' ? verdict.reason : verdict.kind);
      if (verdict.kind !== 'answer') continue;
      const measured = measure(verdict.answer, sent);
      if (typeof measured === 'string') words.push(measured);
      else expectFinite(measured);
    }
    return outcomeOf(...words.slice(-2));
  },
};
