import { expect } from 'chai';
import { Lookups } from './lookups.js';

/** Lookups with a clock that only `answer` advances. */
function setUp(limit: number) {
  let now = 0;
  const running = new Map<string, (error?: Error) => void>();
  const started: string[] = [];
  const lookups = new Lookups<string>(limit, () => now);
  const find = (name: string) =>
    lookups.find(name, () => {
      started.push(name);
      return new Promise((resolve, reject) => {
        running.set(name, (error) => (error === undefined ? resolve(name) : reject(error)));
      });
    });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  /** Ends a lookup `afterMs` later. */
  const answer = async (name: string, afterMs: number, error?: Error) => {
    now += afterMs;
    running.get(name)!(error);
    await settle();
  };
  return { find, answer, started };
}

describe('lookups of names', () => {
  it('run a few at a time, in their order', async () => {
    const { find, answer, started } = setUp(2);
    const found = ['a', 'b', 'c', 'd'].map(find);
    expect(started).to.deep.equal(['a', 'b']);
    await answer('b', 10);
    expect(started).to.deep.equal(['a', 'b', 'c']);
    await answer('a', 10);
    await answer('c', 10);
    await answer('d', 10);
    expect(await Promise.all(found)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('of names that get no answer leave places for the others', async () => {
    const { find, answer, started } = setUp(2);
    const late = new Error('EAI_AGAIN');
    for (const name of ['dead1', 'dead2', 'dead3']) find(name).catch(() => {});
    await answer('dead1', 10_000, late);
    await answer('dead2', 10_000, late);
    await answer('dead3', 10_000, late);
    started.length = 0;
    for (const name of ['dead1', 'dead2', 'dead3']) find(name).catch(() => {});
    expect(started).to.deep.equal(['dead1']);
    void find('good1');
    expect(started).to.deep.equal(['dead1', 'good1']);
    void find('good2');
    await answer('good1', 10);
    expect(started).to.deep.equal(['dead1', 'good1', 'good2']);
    await answer('good2', 10);
    expect(started, 'one place stays free').to.deep.equal(['dead1', 'good1', 'good2']);
    await answer('dead1', 10_000, late);
    expect(started.at(-1)).to.equal('dead2');
  });

  it('of a name that is found again count as the others', async () => {
    const { find, answer, started } = setUp(2);
    void find('server');
    await answer('server', 5000);
    void find('server');
    await answer('server', 10);
    void find('x');
    void find('y');
    void find('server');
    await answer('x', 10);
    expect(started.at(-1)).to.equal('server');
  });

  it('of one name at the same time share one result', async () => {
    const { find, answer, started } = setUp(2);
    const both = [find('a'), find('a')];
    await answer('a', 10);
    expect(await Promise.all(both)).to.deep.equal(['a', 'a']);
    expect(started).to.deep.equal(['a']);
  });
});
