import { expect } from 'chai';
import { createLabHost } from '../../lab/host.js';
import type { HostWorker } from '../host.js';
import { SupervisedWorker } from './supervised-worker.js';

const S = 1e9;

/** A thread that does what the test says. */
class FakeThread implements HostWorker {
  readonly generation: number;
  readonly ready: Promise<void>;
  readonly ended: Promise<Error | undefined>;
  rounds = 0;
  stopped = false;
  becomeReady: () => void = () => {};
  end: (error?: Error) => void = () => {};

  constructor(generation: number) {
    this.generation = generation;
    this.ready = new Promise((resolve) => {
      this.becomeReady = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  stop(): void {
    this.stopped = true;
  }

  terminate(): void {
    this.end(new Error('its handler did not return'));
  }
}

function scene() {
  const host = createLabHost();
  const threads: FakeThread[] = [];
  const faults: (string | undefined)[] = [];
  const worker: SupervisedWorker = new SupervisedWorker({
    timers: host,
    name: 'worker 1 of 2',
    start: (generation) => {
      threads.push(new FakeThread(generation));
      return threads.at(-1)!;
    },
    changed: () => void faults.push(worker.fault),
  });
  const pass = (seconds: number) => host.run(host.nowNs + seconds * S);
  return { worker, threads, faults, pass };
}

/** Lets promises settle. */
const settle = () => new Promise(setImmediate);

describe('a supervised worker', () => {
  it('is started again after 0.1 s, then 0.2 s, and reports it until it is ready', async () => {
    const { worker, threads, faults, pass } = scene();
    threads[0]!.becomeReady();
    await worker.ready;
    threads[0]!.end(new Error('boom'));
    await settle();
    expect(faults).to.deep.equal(['worker 1 of 2 has ended (boom) and starts again in 0.1 s']);
    await pass(0.05);
    expect(threads).to.have.lengthOf(1);
    await pass(0.06);
    expect(threads).to.have.lengthOf(2);
    threads[1]!.end(new Error('boom'));
    await settle();
    expect(faults.at(-1)).to.match(/0\.2 s$/);
    await pass(0.21);
    threads[2]!.becomeReady();
    await settle();
    expect(worker.fault).to.equal(undefined);
  });

  it('waits a minute at most, and begins at 0.1 s again after it has run for 30 s', async () => {
    const { faults, threads, pass } = scene();
    for (let i = 0; i < 14; i++) {
      threads.at(-1)!.end(new Error('boom'));
      await settle();
      await pass(61);
    }
    expect(faults.at(-1)).to.match(/again in 60 s$/);
    threads.at(-1)!.becomeReady();
    await settle();
    for (let i = 0; i < 31; i++) {
      threads.at(-1)!.rounds++;
      await pass(1);
    }
    threads.at(-1)!.end(new Error('boom'));
    await settle();
    expect(faults.at(-1)).to.match(/again in 0\.1 s$/);
  });

  it('rejects `ready` if it ends before', async () => {
    const { worker, threads } = scene();
    threads[0]!.end(new Error('no such module'));
    await worker.ready.then(
      () => expect.fail('it is ready'),
      (error: Error) => expect(error.message).to.equal('no such module'),
    );
  });

  it('is ended if its loop stands still, and not if it goes on', async () => {
    const { worker, threads, pass } = scene();
    threads[0]!.becomeReady();
    await worker.ready;
    for (let i = 0; i < 20; i++) {
      threads[0]!.rounds++;
      await pass(1);
    }
    expect(threads).to.have.lengthOf(1);
    await pass(10.5);
    expect(threads).to.have.lengthOf(2);
  });

  it('is replaced by one that is ready before the former stops', async () => {
    const { worker, threads, faults, pass } = scene();
    threads[0]!.becomeReady();
    await worker.ready;
    worker.replace();
    await settle();
    expect(threads.map(({ generation }) => generation)).to.deep.equal([0, 1]);
    expect(threads[0]!.stopped).to.equal(false);
    threads[1]!.becomeReady();
    await settle();
    expect(threads.map(({ stopped }) => stopped)).to.deep.equal([true, false]);
    threads[0]!.end();
    await pass(4);
    expect(threads).to.have.lengthOf(2);
    expect(faults).to.deep.equal([]);
  });

  it('keeps the former until a replacement is ready, whatever ends before, and only the newest stays', async () => {
    const { worker, threads, pass } = scene();
    threads[0]!.becomeReady();
    await worker.ready;
    worker.replace();
    threads[1]!.end(new Error('boom'));
    await settle();
    expect(threads[0]!.stopped).to.equal(false);
    await pass(0.2);
    worker.replace();
    expect(threads).to.have.lengthOf(4);
    for (const thread of threads.slice(2)) thread.becomeReady();
    await settle();
    expect(threads.map(({ stopped }) => stopped)).to.deep.equal([true, false, true, false]);
  });

  it('stops all its threads at close, those that hang by force, and starts none afterwards', async () => {
    const { worker, threads, pass } = scene();
    threads[0]!.becomeReady();
    await worker.ready;
    worker.replace();
    let closed = false;
    const closing = worker.close().then(() => {
      closed = true;
    });
    expect(threads.every(({ stopped }) => stopped)).to.equal(true);
    threads[1]!.end();
    await pass(0.5);
    expect(closed).to.equal(false);
    await pass(1);
    await closing;
    await pass(100);
    expect(threads).to.have.lengthOf(2);
  });
});
