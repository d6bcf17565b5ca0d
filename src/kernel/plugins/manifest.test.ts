import { expect } from 'chai';
import type { HubError } from '../../api/index.js';
import { parseManifest } from './manifest.js';

describe('a plugin’s manifest', () => {
  const good = { name: 'x', api: 2, plugins: { 'source.x': './source.js' }, summary: 'An x' };
  const codeOf = (value: unknown): string => {
    try {
      parseManifest(typeof value === 'string' ? value : JSON.stringify(value), 'x/plugin.json');
    } catch (error) {
      return (error as HubError).code;
    }
    return '';
  };

  it('reads plugin.json', () => {
    expect(parseManifest(JSON.stringify(good), 'p')).to.include({ name: 'x', api: 2, summary: 'An x' });
  });

  it('reads the block of a package.json', () => {
    const { name, ...block } = good;
    const manifest = parseManifest(JSON.stringify({ name, version: '1.2.3', timehub: block }), 'p');
    expect(manifest).to.deep.include({ version: '1.2.3', plugins: good.plugins });
  });

  it('has clean texts, also in its errors', () => {
    const hostile = '\x1b]0;x\x07\u202e\r\n'.repeat(1000);
    const manifest = parseManifest(JSON.stringify({ ...good, name: hostile, version: hostile, summary: hostile }), 'p');
    for (const text of [manifest.name, manifest.version, manifest.summary])
      expect(text)
        .to.have.length.below(501)
        .and.not.match(/[\p{C}]/u);
    for (const text of [`{"name": ${hostile}`, JSON.stringify({ ...good, api: hostile })])
      expect(() => parseManifest(text, `/etc/${hostile}`))
        .to.throw()
        .with.property('message')
        .that.does.not.match(/[\p{C}]/u);
  });

  it('accepts contract 1, which the hub still serves, and refuses a later one by its own code', () => {
    expect(codeOf({ ...good, api: 1 })).to.equal('');
    for (const api of [0, 3]) expect(codeOf({ ...good, api })).to.equal('TH_PLUGIN_API');
  });

  for (const [what, value] of [
    ['text that is not JSON', '{'],
    ['a list', '[]'],
    ['no name', { ...good, name: undefined }],
    ['no api', { ...good, api: undefined }],
    ['an id of neither a source nor a sink', { ...good, plugins: { 'clock.x': './x.js' } }],
    ['a module outside its folder', { ...good, plugins: { 'source.x': '/etc/x.js' } }],
    ...[
      './../out/x.js',
      './a/../../x.js',
      './a/./x.js',
      './',
      './a//x.js',
      './x.js/',
      './x.js/..',
      './node_modules/other/x.js',
      './Node_Modules/other/x.js',
      './..\\x.js',
      './%2e%2e/x.js',
      './x.js?a',
      './x.js#a',
      './x.js\0',
      './C:x.js',
      'file:///etc/x.js',
      'data:text/javascript,0',
      'node:fs',
      'other/x.js',
    ].map((module) => [`the module ${JSON.stringify(module)}`, { ...good, plugins: { 'source.x': module } }] as const),
  ] as const) {
    it(`refuses ${what}`, () => expect(codeOf(value)).to.equal('TH_PLUGIN_MANIFEST'));
  }

  it('accepts a module in a folder of the package, with any letters', () => {
    const plugins = { 'source.x': './dist/src/Größe v2.1/index.mjs' };
    expect(codeOf({ ...good, plugins })).to.equal('');
  });
});
