import { API_VERSION, type Context, type PluginDefinition, type Running } from '../api/index.js';
import type { LabHost } from '../lab/host.js';
import { type FakeOptions, fakeSink, fakeSource } from './context.js';
import { createInstance } from './instance.js';

/** Members of the context that `create` may use: they do no I/O, start no timer and report nothing. */
const PURE: ReadonlySet<PropertyKey> = new Set([
  'id',
  'ordinal',
  'log',
  'metrics',
  'common',
  'remembered',
  'signal',
  'hub',
  'state',
]);

/** Time for which an instance runs between `start` and `stop`, virtual seconds. */
const RUN_S = 100;

/**
 * Runs an instance through its life on a machine of the lab: `create`, `stop` before `start`, then 100 s between `start` and
 * `stop`, and `stop` again. Rejects with an error whose message lists the rules that the plugin breaks, a line each.
 */
export async function checkContract<C>(
  definition: PluginDefinition<C>,
  table: Readonly<Record<string, unknown>>,
  options: FakeOptions = {},
): Promise<void> {
  const faults: string[] = [];
  const rule = async (text: string, work: () => unknown): Promise<void> => {
    try {
      await work();
    } catch (error) {
      faults.push(`${text}: ${(error as Error).message}`);
    }
  };
  const { api, type } = definition;
  await rule('"api" is the version of the contract', () => expectThat(api === API_VERSION, `it is ${api}`));
  await rule('"type" is a lower-case name', () => expectThat(/^[a-z][a-z0-9-]*$/.test(type), `it is "${type}"`));
  const { id = `${type}.a`, ...others } = options;
  const make = (
    purely: boolean,
  ): { readonly running: Promise<Running<unknown>>; readonly host: LabHost; end(): void } => {
    const fake = definition.kind === 'source' ? fakeSource({ id, ...others }) : fakeSink({ id, ...others });
    const context = purely ? onlyPure(fake) : fake;
    return { running: createInstance(definition as never, table, context), host: fake.host, end: () => fake.end() };
  };
  await rule('create() does no I/O and starts no timer', () => make(true).running);
  await rule('stop() may be called before start()', async () => (await make(false).running).stop());
  await rule('start(), running and stop() twice end without an error', async () => {
    const { running, host, end } = make(false);
    const instance = await running;
    showsPlainData(instance);
    await instance.start();
    await host.run(host.nowNs + RUN_S * 1e9);
    showsPlainData(instance);
    await instance.stop();
    await instance.stop();
    showsPlainData(instance);
    end();
  });
  if (faults.length > 0) throw new Error(`${definition.kind}.${type} breaks the contract:\n  ${faults.join('\n  ')}`);
}

function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** `timehub show` prints it as JSON. */
function showsPlainData(instance: Running<unknown>): void {
  try {
    JSON.stringify(instance.inspect?.(), (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  } catch (cause) {
    throw new Error(`inspect() returns no plain data: ${(cause as Error).message}`, { cause });
  }
}

/** The context, whose members with an effect throw. */
const onlyPure = <X extends Context>(context: X): X =>
  new Proxy(context, {
    get(target, name, receiver) {
      if (PURE.has(name)) return Reflect.get(target, name, receiver);
      throw new Error(`it uses context.${String(name)}`);
    },
  });
