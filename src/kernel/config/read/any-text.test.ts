import { expect } from 'chai';
import fc from 'fast-check';
import { formatProblems, loadConfig, type Problem } from '../index.js';
import { CATALOGUE } from '../testing/catalogue.js';

const SAMPLE = `preset = "client" # é 😀
plugins = ["x"]
[hub]
min-agreeing = 2
max-error = "1s"
[source.ntp.a]
host = "192.0.2.1"
poll-min = "64s"
limit = { rate = 3, interval = "2s" }
keys = ["a",
  "b"]
[source.ntp."b"]
host = """
x"""
[sink.ntp.lan]\r
listen = '[::]:123'
[clock."phc:eth0"]
[[lab.world]]
a.b.c = 1e9
`;

/** Pieces of a configuration in any order, which get further than random letters. */
const bits = [
  '[',
  ']',
  '[[',
  '.',
  '=',
  '"',
  "'",
  '"""',
  '\n',
  '\r\n',
  ' ',
  '#',
  '{',
  '}',
  ',',
  '1',
  '64s',
  'true',
  'é',
  '😀',
  '\u0000',
  'source',
  'sink',
  'ntp',
  'hub',
  'a',
  'host',
  'poll-min',
  'preset',
  '__proto__',
  'constructor',
  'toString',
  'min-agreeing',
  'lab',
  'clock',
];
const scraps = fc.array(fc.constantFrom(...bits), { maxLength: 60 }).map((parts) => parts.join(''));

const mutated = fc
  .array(
    fc.record({
      at: fc.nat(SAMPLE.length),
      cut: fc.nat(12),
      insert: fc.oneof(fc.constantFrom(...bits), fc.string({ maxLength: 3 })),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((edits) =>
    edits.reduce((text, { at, cut, insert }) => text.slice(0, at) + insert + text.slice(at + cut), SAMPLE),
  );

function expectPlace(text: string, { file, span }: Problem): void {
  if (span === undefined || file !== 'hub.toml') return;
  const line = text
    .split('\n')
    [span.line - 1]?.replace(/\r$/, '')
    .replace(/^\u{feff}/u, ' ');
  expect(span.text.replace(/^\u{feff}/u, ' '), 'the line that is shown is the line of the file').to.equal(line);
  expect(span.column).to.be.within(1, span.text.length + 1);
  expect(span.width).to.be.within(1, Math.max(1, span.text.length + 1 - span.column));
}

const UTF16 = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

describe('any content of a file', () => {
  for (const [name, texts] of [
    ['letters', fc.string({ unit: UTF16, maxLength: 80 })],
    ['scraps', scraps],
    ['a mutated file', mutated],
  ] as const) {
    it(`(${name}) loading it gives a configuration or problems with places, and throws nothing`, async () => {
      await fc.assert(
        fc.asyncProperty(texts, async (text) => {
          const { config, problems } = await loadConfig({ text, path: 'hub.toml' }, CATALOGUE);
          if (config !== undefined) return;
          expect(problems).to.not.have.length(0);
          for (const problem of problems!) expectPlace(text, problem);
          expect(formatProblems(problems!)).to.be.a('string');
        }),
        { numRuns: 300 },
      );
    }).timeout(20_000);
  }

  it('stays quick and unharmed by depth and length', async () => {
    const deep = [
      `a = ${'['.repeat(9000)}`,
      `${'a.'.repeat(50_000)}b = 1`,
      `a = ${'{a='.repeat(3000)}1${'}'.repeat(3000)}`,
    ];
    const long = [
      `${'x = 1\n'.repeat(20_000)}`,
      '[source.ntp.a]\n'.repeat(5000),
      `x${' '.repeat(900_000)}`,
      `[source.ntp.a]\nhost = "x"\npoll-min = "${'1'.repeat(300_000)}"`,
      `k = "${'y'.repeat(900_000)}`,
    ];
    for (const text of [...deep, ...long]) {
      const { problems } = await loadConfig({ text, path: 'hub.toml' }, CATALOGUE);
      expect(problems).to.not.have.length(0);
      for (const problem of problems!) expectPlace(text, problem);
    }
  }).timeout(20_000);
});
