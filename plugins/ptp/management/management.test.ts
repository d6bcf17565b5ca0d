import { expect } from 'chai';
import {
  ALL_PORTS,
  DATA_SETS,
  type DataSet,
  type DataSetName,
  dataSetName,
  decode,
  encode,
  type Management,
  NO_FLAGS,
  readDataSet,
  UNICAST_STATES_NP,
  writeDataSet,
} from 'timehub/protocol/ptp';
import { addGpsd } from '../../../src/lab/nodes/gpsd-node.js';
import { planTable } from '../../../src/lab/testing/plans.js';
import { PtpLab, type PtpLabMachine } from '../testing/ptp-lab.js';
import { portAddressOf } from './unicast-master-table.js';

const NO_TIME = { 'source.ntp.none': { address: '192.0.2.99' } };
const BRISK = { 'sync-interval': '125ms', 'delay-interval': '125ms', 'announce-interval': '250ms' };
const SOCKET = '/run/ptp';
const QUESTION: Omit<Management, 'tlvs'> = {
  kind: 'management',
  header: {
    ...{ sdoId: 0, minorVersion: 1, domain: 0, flags: NO_FLAGS, correction: 0n, typeSpecific: 0 },
    ...{ source: { clock: 'aabbccfffeddeeff', port: 9 }, sequenceId: 1, logInterval: 0x7f },
  },
  ...{ target: ALL_PORTS, startingHops: 0, hops: 0, action: 'get' },
};

describe('management of a port', () => {
  let lab: PtpLab;
  beforeEach(() => {
    lab = new PtpLab();
  });
  afterEach(() => lab.stop());

  /** A grandmaster and a client on one segment, each with a socket for management. */
  async function two(sink: object = {}, source: object = {}, phcs: { readonly phcs?: Record<string, object> } = {}) {
    const [grandmaster, client] = [lab.add(phcs), lab.add()];
    const segment = lab.segment('lan');
    const plugs = [grandmaster.plug(segment, 'eth0', phcs.phcs && 0), client.plug(segment)] as const;
    const common = { interface: 'eth0', management: SOCKET, ...BRISK };
    await grandmaster.start({ ...NO_TIME, 'sink.ptp.lan': { ...common, ...sink } });
    await client.start({ 'source.ptp.up': { ...common, ...source } });
    return { grandmaster, client, plugs };
  }

  /** Sends a request to the Unix socket, as a management client. Undefined: refused. */
  async function ask<N extends DataSetName>({ host }: PtpLabMachine, name: N): Promise<DataSet<N> | undefined> {
    const socket = host.network.unixDatagram({ path: '/run/asks' });
    const frame = new Uint8Array(200);
    const length = encode(
      { ...QUESTION, tlvs: [{ kind: 'management', id: DATA_SETS[name].id, data: new Uint8Array(0) }] },
      frame,
    );
    let answer: DataSet<N> | undefined;
    socket.onDatagram(({ payload }) => {
      const message = decode(payload.slice());
      const tlv = message.kind === 'management' ? message.tlvs[0] : undefined;
      if (tlv?.kind === 'management') answer = readDataSet(name, tlv.data);
    });
    socket.send(frame.subarray(0, length), SOCKET);
    await lab.run(0.01);
    socket.close();
    return answer;
  }

  it('counts the timers of a grandmaster and of a client', async () => {
    const { grandmaster, client } = await two();
    await lab.run(20);
    const master = (await ask(grandmaster, 'port-service-stats-np'))!;
    expect(master.announceTimeouts).to.equal(1n);
    expect(Number(master.masterSyncTimeouts)).to.be.within(140, 160);
    expect(Number(master.masterAnnounceTimeouts)).to.be.within(70, 80);
    expect(master).to.include({ unicastServiceTimeouts: 0n, delayTimeouts: 0n });
    const slave = (await ask(client, 'port-service-stats-np'))!;
    expect(Number(slave.delayTimeouts)).to.be.within(70, 250);
    expect(slave).to.include({ syncTimeouts: 0n, announceTimeouts: 0n, syncMismatches: 0n, masterSyncTimeouts: 0n });
    await grandmaster.hub!.stop();
    await lab.run(20);
    const alone = (await ask(client, 'port-service-stats-np'))!;
    expect(Number(alone.syncTimeouts + alone.announceTimeouts)).to.equal(1);
  });

  it('counts Syncs that miss their Follow_Up', async () => {
    const { client, plugs } = await two();
    plugs[0].stampLoss = 0.3;
    await lab.run(30);
    expect(Number((await ask(client, 'port-service-stats-np'))!.syncMismatches)).to.be.above(20);
  });

  it('shows the timeTransmitter of a unicast client, and counts requests and services', async () => {
    const { grandmaster, client } = await two({ unicast: true, priority1: 77 }, { 'unicast-from': '10.0.0.1' });
    const before = (await ask(client, 'unicast-master-table-np'))!.masters;
    expect(before).to.deep.include({
      ...{
        port: { clock: '0000000000000000', port: 0 },
        quality: { clockClass: 248, accuracy: 0xfe, variance: 0xffff },
      },
      ...{ selected: 0, state: UNICAST_STATES_NP.wait, priority1: 0, priority2: 0, address: portAddressOf('10.0.0.1') },
    });
    await lab.run(20);
    const [master, ...others] = (await ask(client, 'unicast-master-table-np'))!.masters;
    expect(others).to.deep.equal([]);
    expect(master).to.deep.include({
      ...{
        selected: 1,
        state: UNICAST_STATES_NP['have-sync'],
        priority1: 77,
        port: { clock: '020000fffe000001', port: 1 },
      },
      address: { protocol: 1, address: Uint8Array.of(10, 0, 0, 1) },
    });
    expect(Number((await ask(client, 'port-service-stats-np'))!.unicastRequestTimeouts)).to.be.above(0);
    expect(Number((await ask(grandmaster, 'port-service-stats-np'))!.unicastServiceTimeouts)).to.be.above(100);
    expect(await ask(grandmaster, 'unicast-master-table-np')).to.equal(undefined);
  });

  it('sends states, Syncs and parents to a subscriber until its subscription ends', async () => {
    const { grandmaster, client } = await two();
    const heard: DataSetName[] = [];
    const socket = client.host.network.unixDatagram({ path: '/run/subscriber' });
    socket.onDatagram(({ payload }) => {
      const message = decode(payload.slice());
      const tlv = message.kind === 'management' ? message.tlvs[0] : undefined;
      if (tlv?.kind === 'management') heard.push(dataSetName(tlv.id)!);
    });
    const events = { portState: true, timeSync: true, parentDataSet: true, cmlds: false };
    const data = writeDataSet('subscribe-events-np', { durationS: 30, events });
    const tlv = { kind: 'management', id: DATA_SETS['subscribe-events-np'].id, data } as const;
    const frame = new Uint8Array(200);
    socket.send(frame.subarray(0, encode({ ...QUESTION, action: 'set', tlvs: [tlv] }, frame)), SOCKET);
    const count = (name: DataSetName) => heard.filter((each) => each === name).length;
    await lab.run(20);
    expect([count('subscribe-events-np'), count('parent-data-set')]).to.deep.equal([1, 1]);
    expect(count('port-data-set')).to.be.within(2, 3);
    expect(count('time-status-np')).to.be.within(100, 160);
    await grandmaster.hub!.stop();
    await lab.run(5);
    expect(count('parent-data-set')).to.equal(2);
    const before = heard.length;
    await lab.run(10);
    await grandmaster.start({ ...NO_TIME, 'sink.ptp.lan': { interface: 'eth0', ...BRISK } });
    await lab.run(20);
    expect(client.inspect('ptp.up')).to.include({ state: 'slave' });
    expect(heard.length).to.equal(before);
  });

  it('shows the link and the request interval at both ends', async () => {
    const { grandmaster, client } = await two({ profile: 'gptp' }, { profile: 'gptp' });
    await lab.run(20);
    for (const machine of [grandmaster, client]) {
      const { peerMeanPathDelay, logMinPdelayReqInterval } = (await ask(machine, 'port-data-set'))!;
      expect(Number(peerMeanPathDelay) / 65536).to.be.closeTo(500, 100);
      expect(logMinPdelayReqInterval).to.equal(-3);
    }
  });

  it('shows the time base of a gPTP grandmaster at both ends', async () => {
    const [grandmaster, client] = [lab.add({ clock: { offsetNs: -2e6 } }), lab.add()];
    const gpsd = addGpsd(grandmaster.host);
    gpsd.feed.satellites = 0;
    const segment = lab.segment('lan');
    for (const machine of lab.machines) machine.plug(segment);
    const port = { interface: 'eth0', profile: 'gptp', management: SOCKET };
    await grandmaster.start({ 'source.gpsd.gnss': { address: '127.0.0.1:2947' }, 'sink.ptp.lan': port });
    await client.start({ 'source.ptp.up': port });
    await lab.run(20);
    gpsd.feed.satellites = 9;
    await lab.run(20);
    for (const machine of [grandmaster, client]) {
      const { gmTimeBaseIndicator, lastGmPhaseChange } = (await ask(machine, 'time-status-np'))!;
      expect(gmTimeBaseIndicator).to.be.above(0);
      expect(Math.abs(Number(lastGmPhaseChange) / 65536)).to.be.above(10e3);
    }
  });

  it('counts the present ports of the clock', async () => {
    const machine = lab.add();
    const [lan, other] = [{ interface: 'eth0', management: SOCKET }, { interface: 'eth1' }];
    for (const name of ['eth0', 'eth1']) machine.plug(lab.segment(name), name);
    const stranger = { ...other, domain: 3, 'clock-identity': '00aabb.fffe.ccddee', 'port-number': 7 };
    await machine.start({ 'sink.ptp.one': lan, 'source.ptp.two': other });
    const ports = async () => (await ask(machine, 'default-data-set'))!.numberPorts;
    expect(await ports()).to.equal(2);
    const change = { added: [], removed: [], changed: [], retuned: [], kept: [], hub: false };
    await machine.hub!.reload([], { ...change, removed: ['ptp.two'] });
    expect(await ports()).to.equal(1);
    await machine.hub!.reload([await planTable('sink.ptp.three', stranger)], { ...change, added: ['ptp.three'] });
    expect(await ports()).to.equal(1);
  });

  it('names the hardware clock that stamps, or none', async () => {
    const { grandmaster, client } = await two({}, {}, { phcs: { ptp0: {} } });
    await lab.run(1);
    expect(await ask(grandmaster, 'port-hwclock-np')).to.deep.include({ phc: 0, flags: { virtual: false } });
    expect(await ask(client, 'port-hwclock-np')).to.deep.include({ phc: -1, flags: { virtual: false } });
  });

  it('writes the addresses of each transport', () => {
    const of = (text: string) => [portAddressOf(text).protocol, [...portAddressOf(text).address]];
    expect(of('192.0.2.1')).to.deep.equal([1, [192, 0, 2, 1]]);
    expect(of('fe80::1%eth0')).to.deep.equal([2, [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]]);
    expect(of('2001:db8:1:2:3:4:5:6')).to.deep.equal([2, [0x20, 1, 0xd, 0xb8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6]]);
    expect(of('::ffff:192.0.2.1')).to.deep.equal([2, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1]]);
    expect(of('00:11:22:33:44:55')).to.deep.equal([3, [0, 0x11, 0x22, 0x33, 0x44, 0x55]]);
  });
});
