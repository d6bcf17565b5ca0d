import { type Below, generator, mutate } from '../../ptp/testing/frames.js';
import { CsptpExchange } from '../exchange.js';
import { measure } from '../measure.js';
import { request } from '../request.js';
import { respond } from '../server.js';
import { CONTEXT } from './context.js';
import {
  FOLLOW_UP_DUMP,
  LONG_RESPONSE_DUMP,
  ONE_STEP_DUMP,
  ORG_REQUEST_DUMP,
  ORG_RESPONSE_DUMP,
  REQUEST_DUMP,
  RESPONSE_DUMP,
} from './dumps.js';

const QUESTION = { sequenceId: 7, domain: 128, wantStatus: true, wantAlternate: true } as const;
const REQUESTS = [
  REQUEST_DUMP,
  ORG_REQUEST_DUMP,
  request({ ...QUESTION, dialect: 'plain', length: 128 }),
  request({ ...QUESTION, dialect: 'org', length: 130 }),
];
const ANSWERS = [FOLLOW_UP_DUMP, LONG_RESPONSE_DUMP, ONE_STEP_DUMP, ORG_RESPONSE_DUMP, RESPONSE_DUMP];
const GUARD = 0xee;

/** Gives the server `rounds` frames. Returns how often it replied and was silent; throws if a reply breaks a rule. */
export function fuzzServer(rounds: number, seed: number): ReadonlyMap<string, number> {
  const below = generator(seed);
  const reply = new Uint8Array(1024);
  return tally(rounds, () => {
    const frame = mutate(below(4) === 0 ? ANSWERS : REQUESTS, below);
    const before = frame.slice();
    reply.fill(GUARD, 0, frame.length + 64);
    const length = respond(frame, frame.length, { ...CONTEXT, amplify: 'never', steps: below(2) === 0 ? 1 : 2 }, reply);
    const bad =
      length > frame.length || length % 2 === 1 || reply[frame.length] !== GUARD || Buffer.compare(frame, before) !== 0;
    if (bad) throw new Error(`${length} octets for ${Buffer.from(before).toString('hex')}`);
    return length === 0 ? 'silence' : 'reply';
  });
}

/** Gives the client `rounds` frames, several to each exchange. Returns the number of each verdict. */
export function fuzzClient(rounds: number, seed: number): ReadonlyMap<string, number> {
  const below: Below = generator(seed);
  const sent = { time: 1_785_931_237_249_998_000n, monotonic: 0n };
  const received = { time: 1_785_931_237_250_047_000n, monotonic: 49_000n };
  let exchange = new CsptpExchange({ ...QUESTION, dialect: 'plain', length: 128 });
  return tally(rounds, () => {
    if (below(4) === 0) exchange = new CsptpExchange({ ...QUESTION, dialect: 'plain', length: 128 });
    const verdict = exchange.judge(mutate(ANSWERS, below), below(8) === 0 ? undefined : received);
    if (verdict.kind === 'refused') return verdict.reason;
    if (verdict.kind === 'waiting') return verdict.kind;
    return typeof measure(verdict.answer, sent) === 'string' ? 'contradiction' : 'answer';
  });
}

function tally(rounds: number, round: () => string): ReadonlyMap<string, number> {
  const outcomes = new Map<string, number>();
  for (let i = 0; i < rounds; i++) {
    const outcome = round();
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return outcomes;
}
