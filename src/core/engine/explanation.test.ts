import { expect } from 'chai';
import { ClosedLoop } from '../testing/closed-loop.js';
import { explain } from './explanation.js';

const MS = 1e6;
const explained = (world: ClosedLoop): string =>
  explain({
    state: world.state(),
    holdover: world.engine.holdover(),
    decision: (clock) => world.engine.decision(clock),
  });

describe('the explanation', () => {
  it('names in a paragraph the sources that carry, agree, are rejected and wait, and the forecast of holdover', () => {
    const world = new ClosedLoop({ core: { trackingErrorNs: 10 * MS } });
    for (const id of ['ntp.a', 'ntp.b']) world.add({ id, delayNs: 0.2 * MS, jitterNs: 10e3 });
    world.add({ id: 'ntp.far', delayNs: 20 * MS, jitterNs: MS });
    world.add({ id: 'ntp.liar', offsetNs: 50 * MS });
    world.run(60);
    world.add({ id: 'ntp.new' }, {}, { synchronised: true });
    const [paragraph, clock, ...more] = explained(world).split('\n');
    expect(paragraph).to.match(/^The hub is tracking: follows ntp\.a and ntp\.b, which ntp\.far confirms\. /);
    expect(paragraph).to.match(/The estimate rests on ntp\.[ab] \(\d\d %\) and ntp\.[ab] \(\d\d %\)\. /);
    expect(paragraph).to.include(' ntp.far agrees with a negligible share. ');
    expect(paragraph).to.match(/ntp\.liar is rejected: disagrees with ntp\.a, ntp\.b and ntp\.far by 50(\.\d)? ms\. /);
    expect(paragraph).to.include(' ntp.new is warming: nothing heard from it yet. ');
    expect(paragraph).to.match(
      /If all of them fell silent now, the error bound would exceed 10 ms after about [^.]+\.$/,
    );
    expect(clock).to.match(/^The clock "system" is .* error below .*: is observed and not steered\.$/);
    expect(more).to.deep.equal([]);
  });

  it('is short while nothing is known', () => {
    expect(explained(new ClosedLoop())).to.equal(
      'The hub is unsynchronised: there is no source. NTP clients are told that there is no time, and PTP clockClass 248 is ' +
        'announced.\nNothing is known of the clock "system" yet.',
    );
  });

  it('names the only carrier', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.a' });
    world.run(30);
    expect(explained(world)).to.include('The estimate rests on ntp.a alone.');
  });
});
