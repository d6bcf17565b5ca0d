import { expect } from 'chai';
import { exposition } from './exposition.js';

describe("Prometheus' text format", () => {
  it('escapes help and labels', () => {
    const values = [{ labels: { id: 'a"b\\c\nd', by: 'x' }, value: 1 }];
    expect(exposition([{ name: 'n', help: 'one\\two\nthree "four"', type: 'gauge', values }])).to.equal(
      '# HELP n one\\\\two\\nthree "four"\n# TYPE n gauge\nn{id="a\\"b\\\\c\\nd",by="x"} 1\n',
    );
  });

  it('writes NaN and infinity in the words of the format', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-9].map((value, index) => ({
      labels: { index: String(index) },
      value,
    }));
    expect(exposition([{ name: 'n', help: '', type: 'counter', values }]).match(/(?<=\} ).*/g)).to.deep.equal([
      'NaN',
      '+Inf',
      '-Inf',
      '1e-9',
    ]);
  });

  it('writes a family once', () => {
    const family = { name: 'n', help: 'h', type: 'gauge', values: [{ labels: {}, value: 1 }] } as const;
    expect(exposition([family, family]).match(/^n /gm)).to.have.length(1);
  });
});
