import { expect } from 'chai';
import { DashboardBench } from './testing/dashboard-bench.js';
import { EventReader } from './testing/http-client.js';

const TICK = 1e9;
const QUIET = 250e6;

describe('the event stream', () => {
  let bench: DashboardBench;
  const readers: EventReader[] = [];

  const watch = (localAddress = '127.0.0.1'): EventReader => {
    const reader = new EventReader({ port: bench.port, path: '/v1/events', localAddress });
    readers.push(reader);
    return reader;
  };

  beforeEach(async () => {
    bench = new DashboardBench();
    await bench.start();
  });

  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close();
    await bench.close();
  });

  it('starts with a complete snapshot', async () => {
    bench.hub.advance();
    await bench.fake.fire(TICK);
    const { name, data } = await watch().next();
    expect(name).to.equal('snapshot');
    expect(data).to.have.all.keys('schema', 'status', 'why', 'events', 'history');
    expect(data.history.t).to.have.length(2);
    expect(data.events.at(-1)?.id).to.equal('ntp.pool-3');
  });

  it('continues with the changes, and with nothing else', async () => {
    const reader = watch();
    await reader.next();
    bench.hub.advance();
    await bench.fake.fire(TICK);
    await bench.fake.fire(QUIET);
    const { name, data } = await reader.next();
    expect(name).to.equal('change');
    expect(data.status).to.include.keys('clocks', 'sources', 'uptimeS');
    expect(data.status).not.to.include.keys('version', 'ntp', 'sinks');
    expect(data).not.to.include.keys('why');
    expect(data.sample.sources).to.include.keys('pps.gnss');
    expect(data.sample.sources).not.to.include.keys('ntp.pool-2');
  });

  it('sends states at no more than four a second', async () => {
    const reader = watch();
    await reader.next();
    for (let index = 0; index < 100; index++) bench.fake.publish();
    bench.hub.mode = 'holdover';
    await bench.fake.fire(QUIET);
    expect((await reader.next()).data.status.mode).to.equal('holdover');
    bench.hub.emit({ at: '', kind: 'mode', id: 'hub', severity: 'info', text: 'a mark' });
    expect((await reader.next()).name, 'one change for a hundred states').to.equal('event');
  });

  it('sends events at once', async () => {
    const reader = watch();
    await reader.next();
    bench.hub.emit({ at: '', kind: 'mode', id: 'hub', severity: 'info', text: 'holdover: no source answers' });
    expect(await reader.next()).to.deep.include({ name: 'event' });
  });

  it('dates samples by the corrected clock', async () => {
    bench.hub.advance();
    await bench.fake.fire(TICK);
    const { data } = await watch().next();
    const corrected = Number(bench.hub.unix()) + bench.hub.state().clocks[0]!.offsetNs;
    expect(data.history.t.at(-1)).to.be.closeTo(corrected / 1e9, 1e-3);
  });

  const whenThereIsRoom = async (watching: () => EventReader): Promise<number> => {
    let status = 503;
    while (status === 503) status = await watching().answered();
    return status;
  };

  it('is refused to a peer that has eight', async () => {
    const first = Array.from({ length: 8 }, () => watch());
    for (const reader of first) await reader.next();
    expect(await watch().answered()).to.equal(503);
    first[0]!.close();
    // The hub notices the end a moment later: try until it has.
    expect(await whenThereIsRoom(watch)).to.equal(200);
  });

  it('is refused to the seventeenth of peers that have no more than two', async () => {
    for (let peer = 1; peer <= 8; peer++)
      for (let stream = 0; stream < 2; stream++) await watch(`127.0.0.${peer}`).next();
    expect(await watch('127.0.0.1').answered()).to.equal(503);
  });

  it('is taken from a peer that has most for one that has none', async () => {
    for (let stream = 0; stream < 16; stream++) await watch(`127.0.0.${1 + (stream % 2)}`).next();
    expect(await watch('127.0.0.3').answered()).to.equal(200);
    expect(bench.streams()).to.equal(16);
  });

  it('is available at the socket when all at the port are in use', async () => {
    for (let stream = 0; stream < 16; stream++) await watch(`127.0.0.${1 + (stream % 2)}`).next();
    const reader = new EventReader({ socketPath: bench.socket, path: '/v1/events' });
    readers.push(reader);
    expect(await reader.answered()).to.equal(200);
  });
});
