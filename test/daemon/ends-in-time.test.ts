import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { installRude, rudeConfig } from '../rude.js';

describe('a daemon that is to end', function () {
  this.timeout(30_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
    installRude(bench);
  });
  afterEach(() => bench.clear());

  /** Time from SIGTERM to the end of the process, ms. */
  async function end(hub: Hub): Promise<{ readonly code: number | null; readonly ms: number }> {
    const asked = performance.now();
    const { code } = await hub.process.stop('SIGTERM', 8000);
    return { code, ms: performance.now() - asked };
  }

  it('waits for no thread that is stuck, as in a lookup without an answer, and for no plugin', async () => {
    const hub = await Hub.start(bench, rudeConfig(bench, 'fifo', 'hangs', 'starts'));
    const { code, ms } = await end(hub);
    expect(code).to.equal(0);
    // The limit is 5 s. The wait for a plugin that does not end its start would be as long.
    expect(ms).to.be.below(4000);
    expect(hub.process.output).to.match(/is stopped/);
  });

  it('does so after 5 s with status 70 when a plugin keeps its thread busy', async () => {
    const hub = await Hub.start(bench, rudeConfig(bench, 'busy'));
    const { code, ms } = await end(hub);
    expect(code).to.equal(70);
    expect(ms).to.be.within(4000, 6500);
  });

  it('ends at once when it is asked a second time', async () => {
    const hub = await Hub.start(bench, rudeConfig(bench, 'fifo', 'hangs'));
    hub.process.signal('SIGTERM');
    await hub.process.printed(/"rude\.fifo".*is stopped/);
    const again = setInterval(() => hub.process.signal('SIGTERM'), 100);
    const { code } = await hub.process.exited.finally(() => clearInterval(again));
    expect(code).to.be.oneOf([0, 70]);
  });
});
