import { expect } from 'chai';
import fc from 'fast-check';
import { decoded, parseTarget } from './target.js';

/** Any UTF-16 code unit, so that lone surrogates occur too. */
const UTF16 = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

describe('a request target', () => {
  it('has a path and a query', () => {
    const { authority, path, query } = parseTarget('/readyz?max-error=1ms&x=%');
    expect([authority, path, query.get('max-error')]).to.deep.equal([undefined, '/readyz', '1ms']);
  });

  it('has an authority in its absolute form', () => {
    expect(parseTarget('http://evil.example:80/v1/why?a#b')).to.deep.include({
      authority: 'evil.example:80',
      path: '/v1/why',
    });
    expect(parseTarget('HTTP://evil.example')).to.deep.include({ authority: 'evil.example', path: '/' });
    expect(parseTarget('//evil.example/').path).to.equal('//evil.example/');
  });

  it('may be any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: UTF16 }), (text) => {
        const { path } = parseTarget(text);
        decoded(path);
        expect(path).to.be.a('string');
      }),
    );
    expect(decoded('%E0%A4%A')).to.equal(undefined);
  });
});
