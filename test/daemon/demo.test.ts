import { expect } from 'chai';
import { Bench } from '../bench.js';
import { askChrony } from '../chrony.js';
import { type Demo, startDemo } from '../demo.js';
import { within } from '../launch.js';
import { need } from '../need.js';

const SERVERS = ['ntp.a', 'ntp.b', 'ntp.c', 'ntp.d'];

describe('the demonstration', function () {
  this.timeout(120_000);
  let bench: Bench;
  let demo: Demo;
  before(async () => {
    bench = new Bench();
    demo = await startDemo(bench);
  });
  after(() => bench.clear());

  const stateOf = async (id: string) => (await demo.hub.source(id)).state;

  it('is tracking within 15 s, within a millisecond of the truth', async () => {
    const { clocks } = await demo.hub.until(({ mode }) => mode === 'tracking', 15_000);
    expect(Math.abs(clocks[0]!.offsetNs)).to.be.below(1e6);
    expect(clocks[0]!.steered).to.equal(false);
  });

  it('rejects the liar and says by how much it disagrees, and uses at least three others', async () => {
    const liar = await demo.hub.untilSource('ntp.liar', ({ state }) => state === 'rejected');
    expect(liar.reason).to.match(/(49|50)(\.\d+)? ms/);
    const { sources } = await demo.hub.status();
    expect(sources.filter(({ state }) => state === 'combined' || state === 'agrees')).to.have.length.at.least(3);
  });

  it('answers status and why with exit status 0', async () => {
    const status = await demo.hub.cli('status', '--json');
    expect(status.code).to.equal(0);
    expect(JSON.parse(status.output)).to.include({ schema: 1, mode: 'tracking' });
    expect((await demo.hub.cli('why')).output).to.include('ntp.liar');
  });

  it('serves metrics and a page', async () => {
    expect(await (await fetch(`${demo.dashboard}metrics`)).text()).to.match(/^timehub_\w+(\{.*\})? [-\d.e+]+$/m);
    expect(await (await fetch(demo.dashboard)).text()).to.match(/^<!doctype html>/i);
  });

  it('serves its estimate of the time', async function () {
    const heardNs = await askChrony(bench, need(this, 'chrony'), demo.served);
    const { clocks } = await demo.hub.status();
    expect(heardNs).to.be.closeTo(clocks[0]!.offsetNs, 0.2e6);
  });

  it('goes on without one server, and says that it is gone', async () => {
    await demo.lab('stop', 'b');
    const gone = await demo.hub.untilSource('ntp.b', ({ state }) => state === 'unreachable');
    expect(gone.reason).to.not.equal('');
    expect((await demo.hub.status()).mode).to.equal('tracking');
  });

  it('is in holdover without any server: the error grows, in status and in the served time', async () => {
    await demo.lab('stop', 'all');
    const early = await demo.hub.until(({ mode }) => mode === 'holdover', 60_000);
    const later = await demo.hub.until(({ uptimeS }) => uptimeS > early.uptimeS + 5);
    expect(later.mode).to.equal('holdover');
    expect(later.clocks[0]!.boundNs).to.be.above(early.clocks[0]!.boundNs);
    expect(later.clocks[0]!.sigmaNs).to.be.above(early.clocks[0]!.sigmaNs);
    expect(later.ntp.rootDispersionNs).to.be.above(early.ntp.rootDispersionNs);
    expect((await demo.hub.cli('status')).code).to.equal(1);
  });

  it('is tracking again when they are back, without a restart', async () => {
    await demo.lab('start', 'all');
    await demo.hub.until(({ mode }) => mode === 'tracking', 60_000);
    for (const id of SERVERS) expect(await stateOf(id)).to.not.equal('disabled');
  });

  it('ends within 2 s of Ctrl-C', async () => {
    const { code } = await within(2000, demo.hub.stop(), () => 'it still runs');
    expect(code).to.equal(0);
  });
});
