import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub, timehub } from '../hub.js';
import { run } from '../launch.js';
import { startNtpStub } from '../ntp-stub.js';

describe('the event log of a daemon', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('holds all that a replay needs: it comes to the same, bit for bit', async () => {
    const log = bench.folder.at('log.jsonl');
    const source = `[source.ntp.stub]\naddress = "127.0.0.1:${await startNtpStub(bench, 0n)}"\npoll-min = "250ms"\npoll-max = "250ms"\n`;
    const hub = await Hub.start(bench, `[hub]\nevent-log = "${log}"\n${source}`);
    await hub.until(({ mode }) => mode === 'tracking');
    await hub.stop();

    const [header] = readFileSync(log, 'utf8').split('\n', 1);
    const { leapTable } = JSON.parse(header!);
    expect(leapTable.steps).to.have.length.above(20);
    const { code, output } = await run(process.execPath, [timehub, 'replay', log]);
    expect(output).to.include('all the same');
    expect(code).to.equal(0);
  });
});
