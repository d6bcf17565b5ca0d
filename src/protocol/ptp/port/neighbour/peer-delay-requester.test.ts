import { expect } from 'chai';
import type { Ns } from '../../../../api/time.js';
import type { PortIdentity } from '../../identity.js';
import { PROFILES } from '../../profile/presets.js';
import type { NeighbourRules } from '../../profile/profile.js';
import { Outbox } from '../action.js';
import { MinorVersion } from '../minor-version.js';
import { flagsOf, headerOf, portOf, S, stampOf } from '../testing/messages.js';
import { PeerDelayRequester } from './peer-delay-requester.js';

const own = portOf(5);
const peer = portOf(1);

function rig(rules: NeighbourRules = PROFILES.gptp.neighbour) {
  const out = new Outbox();
  const envelope = { identity: own, domain: 0, sdoId: 0x100, version: new MinorVersion(1) };
  const machine = new PeerDelayRequester({ envelope, rules, logInterval: 0, random: () => 0.5 }, out);
  machine.start(0n);
  let seconds = 0n;
  const ask = () => {
    machine.wake(seconds++ * S);
    const action = out.drain().at(-1);
    if (action?.type !== 'send') throw new Error('nothing was sent');
    return { token: action.token, id: action.message.header.sequenceId };
  };
  const response = (id: number, t2: bigint, source: PortIdentity = peer, correction = 0n) =>
    ({
      kind: 'pdelay-resp',
      header: headerOf(source, id, { flags: flagsOf({ twoStep: true }), correction }),
      ...{ requestReceipt: t2, requesting: own, tlvs: [] },
    }) as const;
  const followUp = (id: number, t3: bigint, source: PortIdentity = peer, correction = 0n) =>
    ({
      kind: 'pdelay-resp-follow-up',
      header: headerOf(source, id, { correction }),
      ...{ responseOrigin: t3, requesting: own, tlvs: [] },
    }) as const;
  /** One whole exchange over a link of `delayNs`, the neighbour's clock 5 s ahead. */
  const exchange = (delayNs: Ns, source = peer) => {
    const { token, id } = ask();
    const t1 = seconds * S;
    const delay = BigInt(delayNs);
    machine.sent(token, stampOf(t1));
    machine.receiveResponse(response(id, t1 + delay + 5n * S, source), stampOf(t1 + 2n * delay + 1000n));
    machine.receiveFollowUp(followUp(id, t1 + delay + 1000n + 5n * S, source));
    return id;
  };
  return { machine, ask, exchange, response, followUp };
}

describe('peer delay', () => {
  it('is half of the round trip minus the turnaround time', () => {
    const { machine, exchange } = rig();
    exchange(350);
    expect(machine.delay.delayNs).to.equal(350);
  });

  it('is the same for every order of stamp and answers', () => {
    const orders = [
      ['sent', 'resp', 'fu'],
      ['resp', 'fu', 'sent'],
      ['resp', 'sent', 'fu'],
      ['fu', 'resp', 'sent'],
      ['fu', 'sent', 'resp'],
      ['sent', 'fu', 'resp'],
    ];
    for (const order of orders) {
      const { machine, ask, response, followUp } = rig();
      const { token, id } = ask();
      const steps: Record<string, () => boolean> = {
        sent: () => machine.sent(token, stampOf(1000n)),
        resp: () => machine.receiveResponse(response(id, 9000n), stampOf(2100n)),
        fu: () => machine.receiveFollowUp(followUp(id, 9400n)),
      };
      expect(order.map((step) => steps[step]!())).to.deep.equal([false, false, true]);
      expect(machine.delay.delayNs).to.equal(350);
    }
  });

  it('uses the sign of the fractions of the profile', () => {
    for (const [profile, delayNs] of [
      ['gptp', 349.75],
      ['default-p2p', 349.25],
    ] as const) {
      const { machine, ask, response, followUp } = rig(PROFILES[profile].neighbour);
      const { token, id } = ask();
      machine.sent(token, stampOf(1000n));
      machine.receiveResponse(response(id, 9000n, peer, 1n << 15n), stampOf(2100n));
      machine.receiveFollowUp(followUp(id, 9400n, peer, 1n << 16n));
      expect(machine.delay.delayNs).to.equal(delayNs);
    }
  });

  it('takes the turnaround time from the correctionField in one step', () => {
    const { machine, ask, response } = rig();
    const { token, id } = ask();
    const oneStep = { ...response(id, 0n), header: headerOf(peer, id, { correction: 400n << 16n }) };
    machine.sent(token, stampOf(1000n));
    machine.receiveResponse(oneStep, stampOf(2100n));
    expect(machine.delay.delayNs).to.equal(350);
  });

  it('is the median of ten, which one late stamp does not change', () => {
    const { machine, exchange } = rig();
    for (const delayNs of [350, 350, 90_000, 350, 351]) exchange(delayNs);
    expect(machine.delay.delayNs).to.equal(350);
  });

  it('has a sigma from the spread of the samples about the median', () => {
    const { machine, exchange } = rig();
    for (const delayNs of [350, 470]) exchange(delayNs);
    expect(machine.delay.noiseNs(8)).to.be.closeTo(60, 0.001);
    for (const delayNs of [380, 390, 400, 410, 420, 430, 90_000, 80_000]) exchange(delayNs);
    expect(machine.delay.noiseNs(8)).to.be.within(10, 25);
    expect(machine.delay.noiseNs(800)).to.be.closeTo((1.25 * 800) / Math.sqrt(10), 1);
  });

  it('is measured again with another neighbour', () => {
    const { machine, exchange } = rig();
    for (let n = 0; n < 5; n++) exchange(350);
    exchange(120, portOf(2));
    expect(machine.delay.count).to.equal(1);
    expect(machine.delay.delayNs).to.equal(120);
  });

  it('survives a step of our clock, and the rate does', () => {
    const { machine, exchange } = rig();
    for (let n = 0; n < 3; n++) exchange(350);
    machine.clockStepped();
    expect(machine.delay.delayNs).to.equal(350);
    expect(machine.rate.ratePpb).to.equal(0);
  });
});

describe('asCapable', () => {
  const judge = ({ machine }: ReturnType<typeof rig>) => machine.capability;

  it('needs a delay and a rate', () => {
    const all = rig();
    expect(judge(all)).to.deep.equal({ capable: false, reason: 'the neighbour delay is not measured yet' });
    all.exchange(350);
    expect(judge(all)).to.deep.equal({ capable: false, reason: 'the rate of the neighbour is not measured yet' });
    all.exchange(350);
    expect(judge(all)).to.deep.equal({ capable: true, reason: 'neighbour delay 350 ns' });
  });

  it('is lost by a delay above the threshold, which the reason states', () => {
    const all = rig();
    for (let n = 0; n < 3; n++) all.exchange(1240);
    expect(judge(all).reason).to.equal(
      'neighbour delay 1,240 ns is above the threshold of 800 ns: is there a converter or a tap?',
    );
  });

  it('is lost by a delay far below zero', () => {
    const all = rig();
    for (let n = 0; n < 3; n++) all.exchange(-900);
    expect(judge(all).reason).to.equal('neighbour delay -900 ns is negative: are the configured latencies right?');
  });

  it('survives nine lost answers in a row, and not ten', () => {
    const all = rig();
    for (let n = 0; n < 3; n++) all.exchange(350);
    for (let n = 0; n < 10; n++) all.ask();
    expect(judge(all).capable).to.equal(true);
    all.ask();
    expect(judge(all)).to.deep.equal({ capable: false, reason: '10 Pdelay_Req in a row have had no answer' });
    all.exchange(350);
    expect(judge(all).capable).to.equal(true);
  });

  it('a missing transmit stamp is not a lost answer', () => {
    const all = rig();
    for (let n = 0; n < 3; n++) all.exchange(350);
    for (let n = 0; n < 30; n++) all.machine.stampLost(all.ask().token);
    expect(judge(all).capable).to.equal(true);
    expect(all.machine.stampsLost).to.equal(30);
  });

  it('is lost when two ports answer one request, which the reason names', () => {
    const all = rig();
    for (let n = 0; n < 3; n++) {
      const id = all.exchange(350);
      all.machine.receiveResponse(all.response(id, 1n, portOf(2)), stampOf(1n));
    }
    all.ask();
    expect(judge(all).reason).to.equal(
      '001122.fffe.000001-1 and 001122.fffe.000002-1 answer the same Pdelay_Req: does a bridge on the link forward it?',
    );
    all.exchange(350);
    all.ask();
    expect(judge(all).capable).to.equal(true);
  });

  it('is lost when our own clock answers', () => {
    const all = rig();
    const { id } = all.ask();
    all.machine.receiveResponse(all.response(id, 1n, portOf(5, 2)), stampOf(1n));
    expect(judge(all).reason).to.contain('a loop in the wiring?');
  });

  it('is true by configuration in the automotive profile', () => {
    const all = rig(PROFILES['automotive-receiver'].neighbour);
    for (let n = 0; n < 30; n++) all.ask();
    expect(judge(all).capable).to.equal(true);
  });
});
