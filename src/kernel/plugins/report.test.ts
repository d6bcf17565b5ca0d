import { expect } from 'chai';
import { type Claims, defineSource, NS_PER_S, type Report, type SourceContext } from '../../api/index.js';
import { createLabHost } from '../../lab/host.js';
import { planOf } from '../../lab/plan-instance.js';
import { assembleHub } from '../assembly/assemble.js';
import { EVENT_LOG } from '../assembly/tokens.js';
import type { Contract1 } from './contract-1.js';

const SCHEMA = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;
const OPTIONS = { prefer: false, trust: false, require: false, noselect: false, offsetNs: 0, asymmetryNs: 0 };
const CORE = { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 1e7 };
const CLAIMS: Claims = { synchronised: true, stratum: 1, reference: 'GPS' };

/** Runs a source in a hub. Returns the inputs of the core: `c` for claims, `o` for each observation, or another type. */
async function inputsOf(act: (context: SourceContext) => void): Promise<readonly string[]> {
  const inputs: string[] = [];
  const write = (record: { readonly type?: string } & Partial<Report>) => {
    const { type, claims, observations } = record;
    if (type === 'report') inputs.push(`${claims === undefined ? '' : 'c'}${'o'.repeat(observations!.length)}`);
    else if (type === 'unreachable') inputs.push(type);
  };
  const host = createLabHost();
  const hub = assembleHub(host, CORE, (parts) => parts.value(EVENT_LOG, { note: '', write, close: async () => {} }));
  const definition = defineSource({
    ...{ type: 'x', summary: '', stability: 'beta', config: SCHEMA, needs: [] },
    create: (_config, context) => ({ start: async () => act(context), stop: async () => {} }),
  });
  await hub.start([planOf('x.a', definition, {}, OPTIONS)]);
  await host.run(NS_PER_S / 2);
  await hub.stop();
  return inputs;
}

const readings = (context: SourceContext, count: number): Report['observations'] => {
  const { clock, monotonic } = context.read('system');
  const reading = { kind: 'reading', clock, monotonic, stamp: 'kernel', noiseFloorNs: 1000, offsetNs: 0 } as const;
  return Array.from({ length: count }, () => reading);
};

describe('SourceContext.report', () => {
  it('is one input of the core, whatever its content', async () => {
    const inputs = await inputsOf((context) => context.report({ claims: CLAIMS, observations: readings(context, 2) }));
    expect(inputs).to.deep.equal(['coo']);
  });

  it('is what the calls of contract 1 come to', async () => {
    const inputs = await inputsOf((context) => {
      const old = context as unknown as Contract1;
      old.claim(CLAIMS);
      old.observe(readings(context, 2));
      old.claim({ ...CLAIMS });
    });
    expect(inputs).to.deep.equal(['c', 'oo']);
  });

  it('omits repeated claims, and is omitted if it is then empty', async () => {
    const inputs = await inputsOf((context) => {
      context.report({ claims: CLAIMS, observations: readings(context, 1) });
      context.report({ claims: { ...CLAIMS }, observations: readings(context, 1) });
      context.report({ claims: { ...CLAIMS }, observations: [] });
      context.report({ claims: { ...CLAIMS, stratum: 2 }, observations: [] });
    });
    expect(inputs).to.deep.equal(['co', 'o', 'c']);
  });

  it('gives repeated claims to the core after the source was unreachable, or asks another server', async () => {
    const inputs = await inputsOf((context) => {
      context.report({ claims: CLAIMS, observations: [] });
      context.unreachable('no reply');
      context.report({ claims: CLAIMS, observations: [] });
      context.replaced('asks another server');
      context.report({ claims: CLAIMS, observations: [] });
    });
    expect(inputs).to.deep.equal(['c', 'unreachable', 'c', 'c']);
  });
});
