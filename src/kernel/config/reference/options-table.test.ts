import { expect } from 'chai';
import * as v from 'valibot';
import { CATALOGUE, ntpSource } from '../testing/catalogue.js';
import { configReference } from './config-reference.js';
import { fillOptionTables, optionsTable } from './options-table.js';

describe('the reference of options', () => {
  it('has value, default and meaning of each key', async () => {
    expect(await optionsTable(ntpSource)).to.equal(`| key | value | default | meaning |
| --- | --- | --- | --- |
| \`host\` | a host name or address | required | Whom to ask. |
| \`port\` | a port number from 0 to 65535 | \`123\` |  |
| \`poll-min\` | a duration such as "64s", from 1s to 1d | \`"64s"\` | Shortest interval \\| of asking. |
| \`skew\` | a rate such as "-7.2ppm", at most 500ppm |  |  |
| \`burst\` | a whole number from 1 to 8 | \`4\` |  |
| \`iburst\` | true or false | \`true\` |  |
| \`mode\` | one of "basic", "interleaved" | \`"basic"\` |  |
| \`limit\` | a table |  |  |
| \`limit.interval\` | a duration such as "64s" | \`"2s"\` |  |
| \`limit.rate\` | a whole number from 1 to 100 | required |  |
| \`keys\` | a list of key names |  |  |
`);
  });

  it('has a sentence instead if there are no keys', async () => {
    expect(await optionsTable(v.strictObject({}))).to.equal('No options of its own.\n');
  });

  it('replaces the tables of a README: all keys, the keys of two types, and the keys of only one', async () => {
    const schemas = new Map(
      Object.entries({ a: { x: v.number(), y: v.boolean() }, b: { x: v.number(), y: v.string() } }).map(
        ([id, entries]) => [id, v.strictObject<v.ObjectEntries>(entries)] as const,
      ),
    );
    const readme = (tables: readonly string[]) =>
      ['a', 'a and b', 'a without b']
        .map((types, n) => `<!-- options ${types} -->\n${tables[n]}<!-- /options -->`)
        .join('\n');
    const table = (...rows: readonly string[]) =>
      ['| key | value | default | meaning |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
    const [x, y] = ['| `x` | a number | required |  |', '| `y` | true or false | required |  |'];
    const filled = await fillOptionTables(readme(['', 'old\n', '']), async (type) => schemas.get(type)!);
    expect(filled).to.equal(readme([table(x, y), table(x), table(y)]));
  });

  it('has a section for each table of the hub and each plugin', async () => {
    const text = await configReference(CATALOGUE);
    const headers = [...text.matchAll(/^## `(.+)`$/gm)].map(([, header]) => header);
    expect(headers).to.include.members(['[hub]', '[target]', '[source.*.*]', '[source.ntp.*]', '[sink.ntp.*]']);
    expect(text).to.match(/^\| `max-error` \| a duration .+ \| `"1s"` \| Error bound above .+ \|$/m);
  });
});
