import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HubError } from 'timehub/api';
import { createInstance, fakeSink, timeStateOf } from 'timehub/testing';
import sink, { ClockBoundSink } from './sink.js';
import { intervalAt, readBound } from './testing/reader.js';

const S = 1e9;

describe('the sink for clients of ClockBound', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-clockbound-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const at = (name: string) => join(folder, name);
  const read = (path = at('run/shm0')) => readBound(readFileSync(path));

  /** A running sink on a machine whose clock is 40 µs slow, with CLOCK_MONOTONIC = virtual time + 50 s. */
  async function scene(path = at('run/shm0')) {
    const context = fakeSink({ id: 'clockbound.a' });
    const { host } = context;
    const uptime = () => BigInt(Math.round(host.nowNs)) + 50_000_000_000n;
    const known = () => {
      const state = timeStateOf(host);
      return { ...state, clocks: [{ ...state.clocks[0]!, offsetNs: 40_000, steered: true }] };
    };
    context.publish(known());
    const instance = new ClockBoundSink({ path, 'max-drift': 5000 }, context, uptime);
    const client = () => intervalAt(read(path), 1_000_000_000_000n, uptime());
    return { context, host, instance, client, known };
  }

  /** Returns the code and message of the error that ends a start. */
  async function refusal(path: string): Promise<string> {
    try {
      await (await scene(path)).instance.start();
    } catch (error) {
      if (error instanceof HubError) return `${error.code} ${error.message}`;
      throw error;
    }
    throw new Error('it started');
  }

  it('makes folder and file, which every user may read, and gives the interval at once', async () => {
    const { instance, client, context } = await scene();
    await instance.start();
    expect(statSync(at('run')).mode & 0o777).to.equal(0o755);
    expect(statSync(at('run/shm0')).mode & 0o777).to.equal(0o644);
    expect(read()).to.deep.include({ size: 80n, version: 2n, generation: 2n, disruptionSupport: 0n });
    const { earliest, latest, status } = client();
    expect(latest - earliest).to.equal(2n * (40_000n + 100n + 50n));
    expect(status).to.equal('synchronised');
    expect(context.record.health).to.deep.equal([
      { state: 'ok', reason: 'clients are told that the clock is synchronised' },
    ]);
  });

  it('renews the bound each second, and at once when the hub’s state changes', async () => {
    const { context, host, instance, client, known } = await scene();
    await instance.start();
    await host.run(10.5 * S);
    expect(read().generation).to.equal(2n * 11n);
    expect(client().status).to.equal('synchronised');
    context.publish({ ...known(), mode: 'holdover' });
    expect(read()).to.deep.include({ generation: 2n * 12n, status: 2n });
    expect(context.record.health.at(-1)?.reason).to.match(/runs free/);
  });

  it('tells clients by its silence that it has stopped, and goes on with the same file', async () => {
    const first = await scene();
    await first.instance.start();
    await first.instance.stop();
    first.context.publish({ ...first.known(), mode: 'holdover' });
    await first.host.run(6 * S);
    expect(first.client().status).to.equal('free running');
    await first.host.run(1001 * S);
    expect(first.client().status).to.equal('unknown');
    const { generation } = read();
    const { ino } = statSync(at('run/shm0'));
    const second = await scene();
    await second.instance.start();
    expect(read().generation).to.equal(generation + 2n);
    expect(statSync(at('run/shm0')).ino).to.equal(ino);
  });

  it('goes on with an update that an earlier run did not end', async () => {
    const first = await scene();
    await first.instance.start();
    const octets = readFileSync(at('run/shm0'));
    octets.set(new Uint8Array(Uint16Array.of(7).buffer), 14);
    writeFileSync(at('run/shm0'), octets);
    await (await scene()).instance.start();
    expect(read().generation).to.equal(8n);
  });

  it('makes the file again when it was removed', async () => {
    const { host, instance } = await scene();
    await instance.start();
    rmSync(at('run/shm0'));
    await host.run(1.5 * S);
    expect(read()).to.deep.include({ version: 2n, status: 1n });
  });

  it('gives up when another program writes to the file', async () => {
    const { host, instance } = await scene();
    await instance.start();
    const octets = readFileSync(at('run/shm0'));
    octets.set(new Uint8Array(Uint16Array.of(40).buffer), 14);
    writeFileSync(at('run/shm0'), octets);
    const error = await host.run(1.5 * S).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'TH_CLOCKBOUND_FILE');
    expect(read().generation).to.equal(40n);
  });

  it('changes no file that is not a segment of its own', async () => {
    writeFileSync(at('other'), 'content');
    expect(await refusal(at('other'))).to.match(/^TH_CLOCKBOUND_FILE .*other content/);
    expect(readFileSync(at('other'), 'latin1')).to.equal('content');
    symlinkSync(at('nowhere'), at('link'));
    expect(await refusal(at('link'))).to.match(/^TH_CLOCKBOUND_FILE .*cannot be written/);
    writeFileSync(at('two'), '');
    linkSync(at('two'), at('names'));
    expect(await refusal(at('two'))).to.match(/^TH_CLOCKBOUND_FILE .*two names/);
  });

  it('has a table of two keys', async () => {
    const context = fakeSink({ id: 'clockbound.a' });
    const instance = await createInstance(sink, { path: at('x/shm0'), 'max-drift': '1ppm' }, context);
    await instance.start();
    expect(read(at('x/shm0')).maxDriftPpb).to.equal(1000n);
    expect(instance.inspect?.()).to.include({ path: at('x/shm0'), status: 'free running', updates: 1 });
    await instance.stop();
  });
});
