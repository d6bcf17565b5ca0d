import { expect } from 'chai';
import { createLabHost } from '../../lab/host.js';
import type { HostService, HostServiceOptions } from '../host.js';
import { SupervisedService } from './supervised-service.js';

const MODULE = new URL('file:///server.js');

/** A thread that does what the test says. */
class FakeService implements HostService {
  readonly data: unknown;
  readonly result: unknown;
  readonly ready = Promise.resolve();
  readonly ended: Promise<Error | undefined>;
  rounds = 0;
  readonly updates: unknown[] = [];
  end: (error?: Error) => void = () => {};

  constructor({ data }: HostServiceOptions, number: number) {
    this.data = data;
    this.result = `result ${number}`;
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  async update(data: unknown): Promise<void> {
    if (data === 'bad') throw new Error('it is bad');
    this.updates.push(data);
  }

  stop(): void {
    this.end();
  }

  terminate(): void {
    this.end(new Error('its event loop stood still'));
  }
}

function scene() {
  const host = createLabHost();
  const threads: FakeService[] = [];
  const faults: (string | undefined)[] = [];
  const service = new SupervisedService<string, string>(
    { module: MODULE, data: 'first', name: 'the server' },
    {
      timers: host,
      start: (options) => {
        threads.push(new FakeService(options, threads.length));
        return threads.at(-1)!;
      },
    },
  );
  service.onFault((fault) => faults.push(fault));
  const pass = (seconds: number) => host.run(host.nowNs + seconds * 1e9);
  return { service, threads, faults, pass };
}

/** Lets promises settle. */
const settle = () => new Promise(setImmediate);

describe('a supervised service', () => {
  it('is ready with the result of its start', async () => {
    expect(await scene().service.ready).to.equal('result 0');
  });

  it('starts again with the newest data that it has accepted, and reports it', async () => {
    const { service, threads, faults, pass } = scene();
    await service.ready;
    await service.update('second');
    const failure = await service.update('bad').catch((error: Error) => error.message);
    expect(failure).to.equal('it is bad');
    threads[0]!.end(new Error('boom'));
    await settle();
    expect(faults).to.deep.equal(['the server has ended (boom) and starts again in 0.1 s']);
    await pass(0.11);
    await settle();
    expect(threads.map(({ data }) => data)).to.deep.equal(['first', 'second']);
    expect(faults.at(-1)).to.equal(undefined);
    await service.update('third');
    expect(threads.map(({ updates }) => updates)).to.deep.equal([['second'], ['third']]);
  });

  it('is started again when its event loop stands still', async () => {
    const { service, threads, pass } = scene();
    await service.ready;
    threads[0]!.rounds++;
    await pass(5);
    expect(threads).to.have.lengthOf(1);
    await pass(6);
    expect(threads).to.have.lengthOf(2);
  });

  it('ends once, and is not started again', async () => {
    const { service, threads, pass } = scene();
    await service.ready;
    await Promise.all([service.close(), service.close()]);
    await pass(100);
    expect(threads).to.have.lengthOf(1);
  });
});
