import { expect } from 'chai';
import type { SourceState } from 'timehub/api';
import source from './nts-source.js';
import { sourceContext } from './testing/contexts.js';
import { NtsServer } from './testing/nts-server.js';
import { server, silence } from './testing/server.js';
import { NtpWorld, type ResponderLink } from './testing/world.js';

const S = 1e9;
const POOL = '192.0.2.9';

/** Sources of a pool that gives these servers, each source the first one that it does not deny. */
async function scene(servers: readonly string[], count = 3) {
  const world = new NtpWorld();
  const states = new Map<string, SourceState>();
  world.voteState = (id) => states.get(id) ?? 'combined';
  const nts = new NtsServer(world);
  nts.pool = servers;
  world.names.set('pool.example', [POOL]);
  const links = new Map<string, ResponderLink>();
  for (const address of servers) {
    const link: ResponderLink = { upNs: 1e6, downNs: 1e6, respond: nts.respond(server()) };
    world.links.set(`${address}|123`, link);
    links.set(address, link);
  }
  const checked = await source.config['~standard'].validate({ pool: 'pool.example', count, 'poll-max': '64s' });
  if (checked.issues !== undefined) throw new Error(JSON.stringify(checked.issues));
  const members = source.instances!(checked.value)!.map((config, i) => {
    const context = sourceContext(world, `nts.p-${i + 1}`);
    return { running: source.create(config, context), record: context.record };
  });
  for (const { running } of members) {
    await running.start();
    await world.pass(5 * S);
  }
  const asked = (): readonly unknown[] =>
    members.map(({ record }) => record.claims.at(-1)?.address?.replace(/:123$/, ''));
  return { world, nts, links, members, states, asked };
}

describe('sources of an NTS pool', () => {
  it('get a server each: they deny those that others of the pool have', async () => {
    const { asked, nts } = await scene(['198.51.100.1', '198.51.100.2', '198.51.100.3']);
    expect(asked()).to.deep.equal(['198.51.100.1', '198.51.100.2', '198.51.100.3']);
    expect(nts.asked.map(({ name }) => name)).to.deep.equal(Array(3).fill('pool.example'));
  });

  it('do not ask a server twice when the pool has too few, and say so', async () => {
    const { asked, members, world, nts } = await scene(['198.51.100.1', '198.51.100.2']);
    expect(asked()).to.deep.equal(['198.51.100.1', '198.51.100.2', undefined]);
    expect(members[2]!.record.unreachable.at(-1)).to.match(
      /^the pool pool\.example:4460 gives 198\.51\.100\.1, which another source asks already; tried again in \d+ s$/,
    );
    await members[0]!.running.stop();
    await world.pass(1100 * S);
    expect(asked()[2]).to.equal('198.51.100.1');
    expect(nts.exchanges).to.be.below(12);
  });

  it('ask the pool for another server when theirs does not answer any more', async () => {
    const { asked, links, world, members } = await scene(['198.51.100.1', '198.51.100.2', '198.51.100.3'], 2);
    links.get('198.51.100.1')!.respond = silence;
    await world.pass(3000 * S);
    expect(asked()).to.deep.equal(['198.51.100.3', '198.51.100.2']);
    expect(members[0]!.record.replaced).to.deep.equal([
      'asks 198.51.100.3:123 from now on: the key exchange names it in place of 198.51.100.1:123',
    ]);
  });

  it('ask the pool for another server when the vote rejects theirs for long', async () => {
    const { asked, world, states } = await scene(['198.51.100.1', '198.51.100.2', '198.51.100.3'], 2);
    states.set('nts.p-2', 'rejected');
    await world.pass(64 * 40 * S);
    expect(asked()[1]).to.equal('198.51.100.2');
    await world.pass(64 * 40 * S);
    expect(asked()).to.deep.equal(['198.51.100.1', '198.51.100.3']);
  });
});
