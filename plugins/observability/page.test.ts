import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { formatDuration } from 'timehub/api';
import { readPageFiles } from './page-files.js';

const FOLDER = new URL('page/', import.meta.url);
const load = (name: string) => import(new URL(name, FOLDER).href);

describe('the dashboard', () => {
  it('finds every file that it names', () => {
    const texts = readdirSync(FOLDER).map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));
    const names = texts.flatMap((text) =>
      [...text.matchAll(/(?:href|src|from)[= ]["'](?:\.\/)?([\w-]+\.\w+)["']/g)].map(([, name]) => name!),
    );
    expect(names).to.include.members(['theme.css', 'uplot.js', 'uplot.css', 'icon.svg', 'main.js', 'format.js']);
    const files = readPageFiles();
    for (const name of new Set(names)) expect(files.get(name)?.body.length, name).to.be.above(0);
  });

  it('serves only its own files', () => {
    const files = readPageFiles();
    for (const name of [
      '../plugin.json',
      'plugin.json',
      '.',
      '',
      'page/index.html',
      'INDEX.html',
      'x\0.html',
      'constructor.js',
      'none.css',
    ]) {
      expect(files.get(name), name).to.equal(undefined);
    }
  });

  it('writes durations as the command line does', async () => {
    const { duration } = await load('format.js');
    for (const ns of [
      0,
      0.004,
      0.04,
      1,
      9.96,
      41,
      -412,
      999.4,
      999.6,
      1250,
      -7.5e4,
      1e6,
      41e6,
      5e9,
      1e3,
      100,
      1e12,
      Number.NaN,
    ]) {
      expect(duration(ns).replace('−', '-'), String(ns)).to.equal(formatDuration(ns));
    }
    expect(duration(null)).to.equal('–');
  });

  it('shows how a client asks', async () => {
    const { textsOf } = await load('clients.js');
    const plain = {
      requests: 7,
      refused: 0,
      intervalS: 64,
      ageS: 3,
      version: 4,
      authentication: 'none',
      interleaved: false,
    };
    expect(textsOf(plain)).to.deep.equal({ requests: '7', refused: '–', every: '64 s', last: '3 s', mode: 'v4' });
    const other = { ...plain, refused: 2, intervalS: 0, authentication: 'nts', interleaved: true };
    expect(textsOf(other)).to.include({ refused: '2', every: '–', mode: 'v4, nts, interleaved' });
  });

  it('fits the scale to the estimate and its sources, not to a falseticker', async () => {
    const { limits } = await load('plot-data.js');
    const data = [
      [1, 2],
      [10, 20],
      [41e6, 41e6],
      [5, 6],
      [-5, -4],
      [0, 1],
    ];
    const [low, high] = limits(data, [true, false]);
    expect(low).to.be.within(-10, -5);
    expect(high).to.be.within(20, 30);
    expect(limits(data, [true, true])[1]).to.be.above(41e6);
    expect(limits([[], [], [], []], [])).to.deep.equal([-1, 1]);
    expect(limits([[1], [7], [null], [null], [null]], [false])[1], 'no estimate yet').to.be.within(7, 8);
  });

  it('ignores single early outliers for the scale, but no recent value', async () => {
    const { limits } = await load('plot-data.js');
    const quiet = Array.from({ length: 60 }, (_, second) => Math.sin(second));
    const rows = (values: readonly (number | null)[]) => [
      values.map((_, second) => second),
      values,
      values.map((value) => value && value + 1),
      values.map((value) => value && value - 1),
      values,
    ];
    const early = rows([null, 228e6, -4e5, ...quiet]);
    expect(limits(early, [true])[1], 'an early outlier').to.be.below(5);
    expect(limits(early, [true])[0], 'an early outlier').to.be.above(-5);
    expect(limits(early, [true], 'all')[1], 'all is asked for').to.be.above(228e6);
    const seldom = [-19e6, -13e6, -8e6, ...quiet.map((value, second) => (second % 20 === 0 ? value : null))];
    expect(limits([...rows(seldom).slice(0, 2), quiet, quiet, quiet], [true])[0], 'a first burst').to.be.above(-5);
    expect(limits(rows([...quiet, 1e6]), [true])[1], 'the newest').to.be.above(1e6);
    const moved = [...quiet, ...quiet.map((value) => value + 100)];
    expect(limits(rows(moved), [true]), 'a step').to.satisfy(([low, high]: [number, number]) => low < 0 && high > 100);
  });

  it('shows sources around the estimate when asked', async () => {
    const { columns } = await load('plot-data.js');
    const { History } = await load('history.js');
    const history = new History();
    history.add({ t: 1, offsetNs: 100, sigmaNs: 3, sources: { a: 107 } });
    history.add({ t: 2, offsetNs: 200, sigmaNs: null, sources: {} });
    history.add({ t: 2, offsetNs: 300, sigmaNs: 1, sources: {} });
    expect(columns(history, ['a'], { view: 'deviation', spanS: '600' })).to.deep.equal([
      [1, 2],
      [7, null],
      [3, null],
      [-3, null],
      [0, 0],
    ]);
    expect(columns(history, ['a'], { view: 'clock', spanS: '600' })[1]).to.deep.equal([107, null]);
  });
});
