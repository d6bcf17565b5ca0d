import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { timehub } from '../hub.js';
import { run } from '../launch.js';
import { root } from '../place.js';

/** Command line → exit status, without a hub. `{}` is a folder with two files: bad.toml, which is not TOML, and bad.log. */
const STATUSES: Readonly<Record<string, number>> = {
  '': 64,
  '--help': 0,
  '--version': 0,
  nonsense: 64,
  'status --bogus': 64,
  'status extra --socket {}/none': 64,
  'status --socket {}/none': 3,
  'sources --socket {}/none': 3,
  'why --socket {}/none': 3,
  'events --socket {}/none': 3,
  'show --socket {}/none': 64,
  'show x --socket {}/none': 3,
  'wait --timeout 1ms --socket {}/none': 3,
  'wait --timeout soon': 64,
  'wait --max-error 5': 64,
  'check-config': 64,
  'check-config {}/none': 78,
  'check-config {}/bad.toml': 78,
  'check-config {}': 78,
  'run {}/none': 78,
  'run {}/bad.toml': 78,
  'run --log-format xml {}/none': 64,
  'demo {}/none': 78,
  'demo {}/bad.toml': 78,
  explain: 64,
  'explain TH_NOPE': 64,
  'explain TH_CFG_VALUE': 0,
  query: 64,
  'query a:b:c:d': 64,
  'query 127.0.0.1:0': 64,
  'query 127.0.0.1:9 --samples x': 64,
  'query no.such.name.invalid': 3,
  'query 127.0.0.1:9': 3,
  plugins: 0,
  'plugins x': 64,
  simulate: 64,
  'simulate {}/none': 64,
  'simulate {}/bad.toml': 78,
  'simulate {}/bad.toml --seed x': 64,
  replay: 64,
  'replay {}/none': 64,
  'replay {}/bad.log': 64,
  'replay {}': 64,
  lab: 64,
  'lab dance': 64,
  'lab list --control {}/none': 3,
  'lab stop x --control {}/none': 3,
  'lab run': 64,
  'lab run {}/none': 78,
};

/** The documented exit statuses, from the table of docs/operations.md. */
const documented = (): readonly number[] =>
  [...readFileSync(join(root, 'docs/operations.md'), 'utf8').matchAll(/^\| (\d+) \|/gm)].map((match) =>
    Number(match[1]),
  );

/** Number of commands that run side by side. */
const AT_ONCE = 4;

describe('the exit status of a command', function () {
  this.timeout(60_000);
  const results = new Map<string, { readonly code: number | null; readonly output: string }>();
  let bench: Bench;
  before(async () => {
    bench = new Bench();
    bench.write('bad.toml', '[x');
    bench.write('bad.log', 'not a log\n');
    const lines = Object.keys(STATUSES);
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
          const args = line.split(' ').filter((arg) => arg !== '');
          const filled = args.map((arg) => arg.replace('{}', bench.folder.path));
          results.set(line, await run(process.execPath, [timehub, ...filled]));
        }
      }),
    );
  });
  after(() => bench.clear());

  for (const [line, status] of Object.entries(STATUSES)) {
    it(`is ${status}: timehub ${line}`, () => {
      const { code, output } = results.get(line)!;
      expect(code, output).to.equal(status);
      expect(output, 'no stack').not.to.match(/^ +at .*:\d+:\d+\)?$/m);
      expect(documented()).to.include(status);
    });
  }
});
