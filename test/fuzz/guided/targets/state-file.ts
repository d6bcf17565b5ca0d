import * as v from 'valibot';
import { aged } from '../../../../src/core/persistence/saved-state.js';
import { coreStateSchema } from '../../../../src/kernel/saved-state/core-state-schema.js';
import { InstanceValues } from '../../../../src/kernel/saved-state/instance-values.js';
import { expectFinite } from '../properties.js';
import { outcomeOf, type Target } from '../target.js';

const decoder = new TextDecoder();
const MOST_AGE_NS = 365 * 86_400e9;
const wanders = [{ wander: 1e-18, weight: 0.5 }];
const LEARNT = {
  clocks: [{ clock: 'system', frequencyPpb: -7200, sigmaPpb: 3, wanders }],
  tracks: [
    {
      key: 'ntp.a',
      address: '10.1.0.1:123',
      delayNs: 1e5,
      delaySigmaNs: 10,
      noiseNs: 1e3,
      shapes: [{ rho: 1, logWeight: -1 }],
    },
  ],
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The saved state: learnt numbers, and the values of instances. */
export const target: Target = {
  seeds: [LEARNT, { clocks: [], tracks: [] }, { 'ptp.a': { link: 'eth0', delayNs: 5 } }].map((value) =>
    Buffer.from(JSON.stringify(value)),
  ),
  form: 'text',
  maxOctets: 1024,
  run: (input) => {
    const json = parse(decoder.decode(input));
    const learnt = v.safeParse(coreStateSchema, json);
    if (learnt.success) expectFinite(aged(learnt.output, MOST_AGE_NS));
    const record = v.safeParse(v.record(v.string(), v.unknown()), json);
    if (!record.success) return outcomeOf(json === undefined);
    const values = new InstanceValues(() => {});
    values.load(record.output);
    values.all();
    return outcomeOf(learnt.success, Math.min(3, values.size));
  },
};
