import { expect } from 'chai';
import { NO_FLAGS } from '../../flags.js';
import { ALL_PORTS } from '../../identity.js';
import type { Message } from '../../message.js';
import { PROFILES } from '../../profile/presets.js';
import { headerOf, portOf, S, stampOf } from '../testing/messages.js';
import { transmitter } from '../testing/ports.js';
import { ANNOUNCE_TYPE, DELAY_RESP_TYPE, GRANT_LIMITS, SYNC_TYPE } from './grant-table.js';
import { PACKETS_PER_PACKET } from './granted-address.js';

const TYPES = [ANNOUNCE_TYPE, SYNC_TYPE, DELAY_RESP_TYPE];

const requestOf = (n: number, logInterval: number, durationS = 1000, types = TYPES): Message => ({
  kind: 'signaling',
  header: headerOf(portOf(n), 1),
  target: ALL_PORTS,
  tlvs: types.map((messageType) => ({ kind: 'request-unicast', messageType, logInterval, durationS })),
});
const delayReq = (n: number): Message => ({
  kind: 'delay-req',
  header: headerOf(portOf(n), 1, { flags: { ...NO_FLAGS, unicast: true } }),
  origin: 0n,
  tlvs: [],
});

/** A grandmaster that sends nothing to the group, whose stamps come at once, and the packets it has sent to each address. */
class Scene {
  readonly master = transmitter(PROFILES.default, 1, {}, { grants: GRANT_LIMITS, recipients: 'grants' });
  readonly packets = new Map<string, number>();
  readonly durations: number[] = [];
  now = 0n;

  constructor() {
    this.master.linkUp(0n);
    this.run(10);
    expect(this.master.state).to.equal('master');
  }

  to = (address: string): number => this.packets.get(address) ?? 0;

  receive(message: Message, from: string): void {
    this.#do(this.master.receive({ message, from, stamp: stampOf(this.now) }, this.now));
  }

  /** Runs for `seconds`, and calls back at the start of each one. */
  run(seconds: number, each: (second: number) => void = () => {}): void {
    for (let second = 0; second < seconds; second++) {
      each(second);
      const end = this.now + S;
      for (let due = this.master.wakeAt; due !== undefined && due <= end; due = this.master.wakeAt) {
        if (due > this.now) this.now = due;
        this.#do(this.master.wake(this.now));
      }
      this.now = end;
    }
  }

  #do(actions: ReturnType<typeof this.master.wake>): void {
    for (const action of actions) {
      if (action.type !== 'send' || typeof action.to !== 'object') continue;
      const { message, to, token } = action;
      this.packets.set(to.address, this.to(to.address) + 1);
      if (message.kind === 'signaling') {
        for (const tlv of message.tlvs) if (tlv.kind === 'grant-unicast') this.durations.push(tlv.durationS);
      }
      if (message.kind === 'sync') this.#do(this.master.sent(token, stampOf(this.now), this.now));
    }
  }
}

describe('an address that asks for unicast messages', () => {
  it('is sent only the grant, for two seconds, after one datagram, which may be forged', () => {
    const scene = new Scene();
    scene.receive(requestOf(9, -7), 'victim');
    scene.run(1000);
    expect(scene.to('victim')).to.equal(1);
    expect(scene.durations).to.deep.equal([2, 2, 2]);
    expect(scene.master.inspect().grants).to.equal(3);
  });

  for (const everyS of [1, 7, 100]) {
    it(`is sent at most seven packets for each that comes from it, one every ${everyS} s`, () => {
      const scene = new Scene();
      let sent = 0;
      scene.run(600, (second) => {
        if (second % everyS !== 0) return;
        sent++;
        scene.receive(sent % 2 === 0 ? delayReq(9) : requestOf(9, -7), 'victim');
      });
      expect(scene.to('victim')).to.be.within(sent, PACKETS_PER_PACKET * sent);
    });
  }

  it('is sent everything while its Delay_Req are as frequent as Syncs, and its grants become longer', () => {
    const scene = new Scene();
    let renewAt = 0;
    scene.run(700, (second) => {
      scene.receive(delayReq(9), 'client');
      if (second < renewAt) return;
      scene.receive(requestOf(9, 0), 'client');
      renewAt = second + Math.ceil(scene.durations.at(-1)! / 2);
    });
    const granted = scene.durations.filter((_, n) => n % 3 === 0);
    expect(granted.slice(0, 4)).to.deep.equal([2, 10, 20, 40]);
    expect(granted.at(-1)).to.equal(1000);
    // Announce, Sync, Follow_Up and Delay_Resp each second.
    expect(scene.to('client')).to.be.above(4 * 690);
  });

  it('with a grant of Announces alone is sent one a second with a pause, and has short grants', () => {
    const scene = new Scene();
    let renewAt = 0;
    scene.run(600, (second) => {
      if (second < renewAt) return;
      scene.receive(requestOf(9, 0, 300, [ANNOUNCE_TYPE]), 'client');
      renewAt = second + Math.ceil((scene.durations.at(-1)! * 3) / 4);
    });
    expect(new Set(scene.durations)).to.deep.equal(new Set([2, 10]));
    expect(scene.to('client') - scene.durations.length).to.be.above(0.7 * 600);
  });

  it('keeps its grants when forged addresses fill the table, and soon gets new ones', () => {
    const scene = new Scene();
    for (let n = 0; n < 2000; n++) scene.receive(requestOf(n, -7), `forged ${n}`);
    expect(scene.master.inspect().grants).to.equal(GRANT_LIMITS.grants);
    scene.run(2);
    scene.receive(requestOf(9000, 0), 'client');
    scene.receive(delayReq(9000), 'client');
    for (let n = 2000; n < 4000; n++) scene.receive(requestOf(n, -7), `forged ${n}`);
    scene.run(2, () => scene.receive(delayReq(9000), 'client'));
    expect(scene.to('client')).to.be.above(6);
    expect([...scene.packets].filter(([to]) => to !== 'client').every(([, count]) => count === 1)).to.equal(true);
  });

  it('is not removed for an address of a lower rank', () => {
    const scene = new Scene();
    const clients = 1400;
    for (let n = 0; n < clients; n++) {
      if (n % 500 === 0) scene.run(1);
      scene.receive(requestOf(n, 3), `client ${n}`);
      scene.receive(delayReq(n), `client ${n}`);
    }
    const before = scene.master.inspect().grants;
    for (let n = 0; n < 1000; n++) scene.receive(requestOf(n, -7), `forged ${n}`);
    expect([before, scene.master.inspect().grants]).to.deep.equal([4096, 4096]);
    expect(scene.durations.slice(-3 * 1000).every((durationS) => durationS === 0)).to.equal(true);
  });

  it('is sent nothing after the network reports that nothing listens there', () => {
    const scene = new Scene();
    const ask = (address: string) => {
      scene.receive(requestOf(9, 0), address);
      scene.receive(delayReq(9), address);
    };
    ask('victim');
    scene.run(2);
    const before = scene.to('victim');
    scene.master.unreachable('victim', scene.now);
    scene.run(60);
    expect([before > 2, scene.to('victim')]).to.deep.equal([true, before]);
    expect(scene.master.inspect().grants).to.equal(0);
  });

  it('that renews in time is not removed by an error while it is heard, and is later', () => {
    const scene = new Scene();
    const listens = (seconds: number) => scene.run(seconds, () => scene.receive(delayReq(9), 'client'));
    for (const pause of [2, 6, 12]) {
      scene.receive(requestOf(9, 0), 'client');
      listens(pause);
    }
    scene.master.unreachable('client', scene.now);
    expect(scene.master.inspect().grants).to.equal(3);
    scene.run(11);
    scene.master.unreachable('client', scene.now);
    expect(scene.master.inspect().grants).to.equal(0);
  });

  it('is answered while there are fewer than 2,048 new ones a second', () => {
    const scene = new Scene();
    for (let n = 0; n < 10_000; n++) scene.receive(requestOf(n, -7), `forged ${n}`);
    expect(scene.packets.size).to.equal(2048);
  });
});
