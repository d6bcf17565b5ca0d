import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub, timehub } from '../hub.js';
import { run } from '../launch.js';
import { startNtpStub } from '../ntp-stub.js';

const DEAD = 'address = "127.0.0.1:9"\npoll-min = "250ms"\n';
const TWICE = `[source.ntp.b]\n${DEAD}[source.ntp.c]\n${DEAD}`;

interface Line {
  readonly level: number;
  readonly id: string;
  readonly event?: string;
  readonly msg: string;
}

describe('the log of a daemon', function () {
  this.timeout(60_000);
  let bench: Bench;
  before(() => {
    process.env.JOURNAL_STREAM = '8:1234';
  });
  after(() => {
    delete process.env.JOURNAL_STREAM;
  });
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('has journald’s priority before each line: warnings of the configuration and of sources, a notice of the mode', async () => {
    const source = `[source.ntp.a]\naddress = "127.0.0.1:${await startNtpStub(bench, 0n)}"\npoll-min = "250ms"\n`;
    const hub = await Hub.start(bench, source + TWICE);
    await hub.until(({ mode }) => mode === 'tracking');
    await hub.process.printed(/ntp\.b.*is unreachable/, 40_000);
    await hub.stop();
    const lines = hub.process.output.trimEnd().split('\n');
    const parsed = lines.map((line) => ({ priority: line.slice(0, 3), ...(JSON.parse(line.slice(3)) as Line) }));
    const priorityOf = (pattern: RegExp) => parsed.find(({ msg }) => pattern.test(msg))?.priority;
    expect(priorityOf(/already asks 127\.0\.0\.1:9:/)).to.equal('<4>');
    expect(priorityOf(/^is unreachable/)).to.equal('<4>');
    expect(priorityOf(/^is tracking/)).to.equal('<5>');
    expect(priorityOf(/^runs /)).to.equal('<6>');
    const wrong = parsed.filter(({ priority, level }) => level >= 40 !== (priority === '<4>'));
    expect(wrong).to.deep.equal([]);
  });

  it('begins each line of a refused configuration with the priority of an error', async () => {
    const path = bench.write('hub.toml', '[source.ntp.a]\naddress = "10.0.0"\n');
    const { code, output } = await run(process.execPath, [timehub, 'run', path]);
    expect(code).to.equal(78);
    for (const line of output.trimEnd().split('\n')) expect(line).to.match(/^<3>/);
  });
});
