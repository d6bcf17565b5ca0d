import { expect } from 'chai';
import * as v from 'valibot';
import { table, text, wholeNumber } from '../../../api/index.js';
import { diffConfig, loadConfig } from '../index.js';
import { pluginType } from '../testing/catalogue.js';

const schema = table({ pool: v.optional(text('a name')), count: v.optional(wholeNumber(1, 9), 2) });

/** A plugin of which a table with a pool describes several instances. */
const many = pluginType('source.many', schema, {
  instances(config) {
    const { pool, count } = config as v.InferOutput<typeof schema>;
    return pool === undefined ? undefined : Array.from({ length: count }, () => ({ pool }));
  },
});

const load = async (text: string) => {
  const { config, problems } = await loadConfig({ text, path: 'hub.toml' }, { types: new Map([many]) });
  return { config: config!, problems: (problems ?? []).map(({ code, message }) => `${code} ${message}`) };
};
const POOL = '[source.many.a]\npool = "x"\n';

describe('a table that describes several instances', () => {
  it('becomes a source for each, with ids of their own and the options of the table', async () => {
    const { config } = await load(`${POOL}count = 3\nprefer = true\n[source.many.b]\n`);
    expect(config.instances.map(({ id }) => id)).to.deep.equal(['many.a-1', 'many.a-2', 'many.a-3', 'many.b']);
    for (const instance of config.instances.slice(0, 3)) {
      expect(instance).to.deep.include({ type: 'many', name: 'a', config: { pool: 'x' } });
      expect(instance).to.have.nested.property('options.prefer', true);
      expect(instance.written).to.deep.equal({ pool: 'x', count: 3, prefer: true });
    }
  });

  it('is numbered even with one member', async () => {
    const { config } = await load(`${POOL}count = 1\n`);
    expect(config.instances.map(({ id }) => id)).to.deep.equal(['many.a-1']);
  });

  it('counts as that many sources for min-agreeing', async () => {
    expect((await load(`[hub]\nmin-agreeing = 3\n${POOL}count = 3\n`)).problems).to.deep.equal([]);
    expect((await load(`[hub]\nmin-agreeing = 3\n${POOL}`)).problems).to.deep.equal([
      'TH_CFG_CONFLICT 3 sources must agree, but there are 2 sources that vote',
    ]);
  });

  it('must not have a member with the id of another table', async () => {
    expect((await load(`${POOL}[source.many.a-2]\n`)).problems).to.deep.equal([
      'TH_CFG_DUPLICATE [source.many.a] also has a member "many.a-2"',
    ]);
  });

  it('loses and gains members at a reload while the others run on', async () => {
    const [two, three] = [await load(POOL), await load(`${POOL}count = 3\n`)];
    const same = { changed: [], retuned: [], kept: ['many.a-1', 'many.a-2'], hub: false };
    expect(diffConfig(two.config, three.config)).to.deep.equal({ ...same, added: ['many.a-3'], removed: [] });
    expect(diffConfig(three.config, two.config)).to.deep.equal({ ...same, added: [], removed: ['many.a-3'] });
  });
});
