import { chmodSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { timehub } from '../hub.js';
import { run } from '../launch.js';

const STATUS = JSON.stringify({ schema: 1, mode: 'tracking', clocks: [{ id: 'system', boundNs: 1 }], sources: [] });

describe('a hub that may be forged', function () {
  this.timeout(30_000);
  let bench: Bench;
  let folder: string;
  let asked = 0;

  beforeEach(async () => {
    bench = new Bench();
    folder = bench.folder.at('runtime');
    mkdirSync(folder);
    const forger = createServer((_request, response) => {
      asked++;
      response.end(STATUS);
    });
    await new Promise<void>((resolve) => forger.listen(`${folder}/timehub.sock`, resolve));
    bench.later(() => new Promise((resolve) => forger.close(resolve)));
    asked = 0;
  });
  afterEach(() => bench.clear());

  const wait = (...more: readonly string[]) =>
    run(process.execPath, [timehub, 'wait', '--timeout', '100ms', ...more], {
      env: { ...process.env, XDG_RUNTIME_DIR: folder },
    });

  it('is not asked at a usual place that others may write to', async () => {
    chmodSync(folder, 0o777);
    await wait();
    expect(asked).to.equal(0);
    chmodSync(folder, 0o700);
    expect((await wait()).code).to.equal(0);
    expect(asked).to.be.above(0);
  });

  it('is asked where the operator has named it, with a warning', async () => {
    chmodSync(folder, 0o777);
    const { code, output } = await wait('--socket', `${folder}/timehub.sock`);
    expect(code).to.equal(0);
    expect(output).to.match(/the answers may be forged: other users can write to .*runtime/);
  });
});
