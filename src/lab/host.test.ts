import { expect } from 'chai';
import { createLabHost } from './host.js';

const S = 1e9;

describe('a machine of the lab', () => {
  it('sleeps: its monotonic clock stands still, timers wait, the battery-backed clock sets its wall clock', async () => {
    const host = createLabHost({ clock: { offsetNs: 1e6, frequencyPpb: 10_000 } });
    const fired: number[] = [];
    host.after(50 * S, () => void fired.push(host.nowNs));
    host.after(5 * S, () => void fired.push(host.nowNs));
    host.scheduler.at(10 * S, () => host.suspend(3600 * S, 2e6));
    await host.run(10 * S);
    const before = { monotonic: host.monotonic(), phase: host.clocks[0].phase(), errorNs: host.errorNs('system') };
    await host.run(2000 * S);
    expect(host.asleep).to.equal(true);
    expect(host.monotonic()).to.equal(before.monotonic);
    await host.run(3610 * S);
    expect(host.asleep).to.equal(false);
    expect(Number(host.monotonic() - before.monotonic)).to.be.below(2);
    expect(host.errorNs('system')).to.be.closeTo(before.errorNs + 2e6, 1);
    expect(Number(host.clocks[0].phase() - before.phase)).to.be.closeTo(3600 * S - 2e6, 2);
    // Linux carries both on by the same: what the battery-backed clock says.
    expect(host.slept()).to.equal(host.clocks[0].phase() - before.phase);
    await host.run(3700 * S);
    expect(fired.map((ns) => Math.round(ns / S))).to.deep.equal([5, 3650]);
  });

  it('has hardware clocks that run on while it sleeps', async () => {
    const host = createLabHost({ phcs: { eth0: { frequencyPpb: 1000 } } });
    const before = host.clocks[1]!.phase();
    host.scheduler.at(10 * S, () => host.suspend(3600 * S, 2e6));
    await host.run(3610 * S);
    expect(Number(host.clocks[1]!.phase() - before)).to.be.closeTo(3600 * S, 2);
    expect(host.errorNs('phc:eth0')).to.be.closeTo(-3610e3, 1);
  });

  it('receives nothing while it sleeps', async () => {
    const host = createLabHost();
    const far = host.fabric.attach({ address: '198.51.100.1', stamp: (by) => host.perfectStamp(by) });
    const heard: number[] = [];
    const socket = host.network.udp({ port: 1000 });
    socket.onDatagram(() => void heard.push(host.nowNs / S));
    const sender = far.udp({});
    for (const at of [1, 5, 30]) host.scheduler.at(at * S, () => void sender.send(new Uint8Array(1), socket.local));
    host.scheduler.at(2 * S, () => host.suspend(10 * S, 0));
    await host.run(60 * S);
    expect(heard).to.deep.equal([1, 30]);
  });

  it('repeats a second if it was declared, and is a second wrong if it was not', async () => {
    const declaration = { synchronised: true, maxErrorNs: 0, estErrorNs: 0, taiMinusUtc: 37 };
    for (const [leap, errorNs] of [
      ['insert', 0],
      ['none', -1e9],
    ] as const) {
      const host = createLabHost();
      const start = host.trueTime();
      host.clocks[0].declare({ ...declaration, leap });
      host.scheduler.at(S, () => host.leap('insert'));
      await host.run(2 * S);
      expect(host.trueTime() - start).to.equal(1_000_000_000n);
      expect(host.errorNs('system')).to.equal(errorNs);
      expect(Number(host.clocks[0].read().time - start)).to.equal(S - errorNs);
    }
  });
});
