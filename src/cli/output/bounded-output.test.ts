import { expect } from 'chai';
import { BoundedOutput } from './bounded-output.js';

/** An output and its reader, and a clock that the test moves. */
class Bench {
  readonly written: string[] = [];
  /** Error code of the next writes; undefined: they succeed. */
  fault: string | undefined;
  /** Octets that are taken in one write at most. */
  room = Number.POSITIVE_INFINITY;
  attempts = 0;
  #now = 0;
  #timers: { readonly at: number; readonly work: () => void }[] = [];
  readonly output = new BoundedOutput(
    {
      write: (octets) => {
        this.attempts++;
        if (this.fault !== undefined) throw Object.assign(new Error(this.fault), { code: this.fault });
        const taken = Math.min(octets.length, this.room);
        this.room -= taken;
        if (taken === 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' });
        this.written.push(Buffer.from(octets.subarray(0, taken)).toString());
        return taken;
      },
    },
    (count, reason) => `lost ${count}: ${reason}\n`,
    {
      now: () => this.#now,
      after: (delayMs, work) => {
        const timer = { at: this.#now + delayMs, work };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer);
        };
      },
    },
  );

  get text(): string {
    return this.written.join('');
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = due.at;
      due.work();
    }
    this.#now = end;
  }
}

describe('BoundedOutput', () => {
  it('writes at once', () => {
    const bench = new Bench();
    bench.output.write('a\n');
    expect(bench.text).to.equal('a\n');
    expect(bench.output.idle).to.equal(true);
  });

  it('keeps lines for a slow reader, and writes them in order', () => {
    const bench = new Bench();
    bench.room = 3;
    bench.output.write('first\n');
    bench.output.write('second\n');
    expect(bench.text).to.equal('fir');
    bench.room = 100;
    bench.pass(100);
    expect(bench.text).to.equal('first\nsecond\n');
    expect(bench.output).to.include({ lost: 0, problem: '' });
  });

  it('keeps 256 KiB at most, and reports lost lines once it is read again', () => {
    const bench = new Bench();
    bench.room = 0;
    for (let i = 0; i < 300; i++) bench.output.write(`${'x'.repeat(1023)}\n`);
    expect(bench.output.lost).to.equal(43);
    expect(bench.output.problem).to.equal('it is not read');
    bench.room = Number.POSITIVE_INFINITY;
    bench.pass(100);
    expect(bench.written.at(-1)).to.equal('lost 43: it is not read\n');
    expect(bench.output.problem).to.equal('');
  });

  for (const [code, reason] of [
    ['EPIPE', 'its reader has ended'],
    ['EIO', 'its terminal is closed'],
    ['ENOSPC', 'its disk is full'],
    ['EBADF', 'it cannot be written (EBADF)'],
  ] as const) {
    it(`never throws: ${code}`, () => {
      const bench = new Bench();
      bench.fault = code;
      for (let i = 0; i < 3; i++) bench.output.write('x\n');
      expect(bench.output).to.include({ lost: 3, failing: true, problem: reason });
      bench.fault = undefined;
      bench.output.write('y\n');
      expect(bench.text).to.equal(`lost 3: ${reason}\ny\n`);
      expect(bench.output).to.include({ lost: 3, failing: false, problem: '' });
    });
  }

  it('does not continue a line that a full disk cut off', () => {
    const bench = new Bench();
    bench.room = 2;
    bench.output.write('cut\n');
    bench.fault = 'ENOSPC';
    bench.pass(100);
    bench.fault = undefined;
    bench.room = 100;
    bench.output.write('whole\n');
    expect(bench.text).to.equal('cu\nlost 1: its disk is full\nwhole\n');
  });

  it('reports a loss without a further line, and asks a dead output seldom', () => {
    const bench = new Bench();
    bench.fault = 'EPIPE';
    bench.output.write('x\n');
    const before = bench.attempts;
    bench.pass(60_000);
    expect(bench.attempts - before).to.be.within(1, 7);
    bench.fault = undefined;
    bench.pass(10_000);
    expect(bench.text).to.equal('lost 1: its reader has ended\n');
  });

  it('lets a thousand lines pass at once and fifty a second in the long run', () => {
    const bench = new Bench();
    for (let second = 0; second < 60; second++) {
      for (let i = 0; i < 400; i++) bench.output.write('x\n');
      bench.pass(1000);
    }
    const lines = bench.written.filter((line) => line === 'x\n').length;
    expect(lines).to.be.within(3900, 4000);
    expect(bench.output.lost).to.equal(60 * 400 - lines);
    expect(bench.written.filter((line) => line.startsWith('lost')).length).to.be.within(3, 7);
  });
});
