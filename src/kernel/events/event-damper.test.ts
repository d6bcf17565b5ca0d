import { expect } from 'chai';
import { NS_PER_S } from '../../api/index.js';
import { EventDamper } from './event-damper.js';
import { RepeatLimit } from './repeat-limit.js';

interface Event {
  readonly id: string;
  readonly severity: 'info' | 'warning';
  readonly text: string;
}

/** A damper on a clock that only `wait` moves. */
function setUp() {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const told: { readonly at: number; readonly id: string; readonly severity: string; readonly text: string }[] = [];
  const damper = new EventDamper<Event>({
    monotonic: () => BigInt(Math.round(now * NS_PER_S)),
    after: (delayNs, run) => {
      const timer = { at: now + delayNs / NS_PER_S, run };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
    subjectOf: ({ id }) => id,
    report: ({ id, severity, text }) => told.push({ at: now, id, severity, text }),
  });
  const wait = (seconds: number) => {
    const end = now + seconds;
    for (;;) {
      const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      timers.delete(next);
      now = Math.max(now, next.at);
      next.run();
    }
    now = end;
  };
  const say = (text: string, severity: Event['severity'] = 'info', id = 'gpsd.gnss') =>
    damper.take({ id, severity, text });
  return { damper, wait, say, told, texts: () => told.map(({ text }) => text), pending: () => timers.size };
}

/** Alternates every `periodS` for `lengthS`. */
function flap({ say, wait }: Pick<ReturnType<typeof setUp>, 'say' | 'wait'>, periodS: number, lengthS: number): void {
  for (let at = 0; at < lengthS; at += periodS) {
    say('is degraded: no fix', 'warning');
    wait(periodS / 2);
    say('is running: a fix');
    wait(periodS / 2);
  }
}

describe('damped events', () => {
  it('that do not repeat are all reported at once', () => {
    const { say, wait, texts } = setUp();
    for (const text of ['is starting', 'is unsynchronised', 'is converging', 'is tracking', 'is holdover']) {
      say(text);
      wait(0.1);
    }
    expect(texts()).to.have.length(5);
  });

  it('that alternate are reported three times, then counted, with the last of them in the end', () => {
    const bench = setUp();
    flap(bench, 4, 60);
    bench.wait(600);
    expect(bench.texts().slice(0, 6)).to.deep.equal([
      'is degraded: no fix',
      'is running: a fix',
      'is degraded: no fix',
      'is running: a fix',
      'is degraded: no fix',
      'is running: a fix',
    ]);
    expect(bench.told.slice(6)).to.deep.equal([
      { at: 72, id: 'gpsd.gnss', severity: 'warning', text: 'changed 24 more times in 60 s, last: is running: a fix' },
    ]);
    expect(bench.pending()).to.equal(0);
  });

  it('that alternate for a day are a line an hour, and the last state is reported soon after the end', () => {
    const bench = setUp();
    flap(bench, 4, 86_400);
    expect(bench.told.length).to.be.within(24, 40);
    bench.say('is degraded: no fix', 'warning');
    bench.wait(1800);
    expect(bench.texts().at(-1)).to.match(/^changed \d+ more times in .*, last: is degraded: no fix$/);
  });

  it('of another kind are reported at once while others alternate', () => {
    const bench = setUp();
    flap(bench, 4, 40);
    bench.say('is rejected: disagrees with ntp.a by 50 ms', 'warning');
    expect(bench.texts().at(-1)).to.equal('is rejected: disagrees with ntp.a by 50 ms');
  });

  it('of another subject are not held back', () => {
    const bench = setUp();
    flap(bench, 4, 40);
    bench.say('is running: a fix', 'info', 'gpsd.other');
    expect(bench.told.at(-1)).to.include({ id: 'gpsd.other', text: 'is running: a fix' });
  });

  it('that differ only in numbers count as one', () => {
    const { say, wait, texts } = setUp();
    for (let n = 0; n < 20; n++) {
      say(`was stepped forward by ${n} ms`);
      wait(1);
    }
    wait(600);
    expect(texts().slice(3)).to.deep.equal(['changed 17 more times in 60 s, last: was stepped forward by 19 ms']);
  });

  it('that never repeat are limited, too', () => {
    const { say, wait, told } = setUp();
    for (let n = 0; n < 3600; n++) {
      say(`follows clock-${n}`);
      wait(1);
    }
    expect(told.length).to.be.below(30 + 60 + 10);
  });

  it('that never repeat cost the same each: a thousand a second for ten minutes', () => {
    const allowance = new RepeatLimit(0n);
    const started = performance.now();
    let reported = 0;
    for (let n = 0; n < 600_000; n++) {
      if (allowance.take(`is running: release ${n}x`, BigInt(n) * 1_000_000n)) reported++;
    }
    expect(reported).to.be.within(30, 40);
    expect(allowance.remembered).to.be.at.most(64);
    expect(performance.now() - started).to.be.below(3000);
  });

  it('are forgotten with their subject, once what is held back was reported', () => {
    const bench = setUp();
    flap(bench, 4, 20);
    bench.damper.forget('gpsd.gnss');
    expect(bench.texts().at(-1)).to.match(/^changed 4 more times in .*, last: is running: a fix$/);
    expect(bench.pending()).to.equal(0);
  });

  it('that come once in a quarter of an hour are all reported at once', () => {
    const bench = setUp();
    flap(bench, 1800, 20 * 1800);
    expect(bench.texts()).to.have.length(40);
    expect(bench.texts().every((text) => text.startsWith('is '))).to.equal(true);
  });

  it('that are held back when the hub stops are reported then', () => {
    const bench = setUp();
    flap(bench, 4, 20);
    bench.say('is degraded: no fix', 'warning');
    bench.damper.stop();
    expect(bench.texts().at(-1)).to.match(/^changed 5 more times in .*, last: is degraded: no fix$/);
    expect(bench.pending()).to.equal(0);
  });

  it('are of a bounded number of subjects, and no subject with held events is lost', () => {
    const { damper, say, told, wait } = setUp();
    for (let n = 0; n < 40; n++) say('is degraded: no fix', 'warning');
    for (let k = 0; k < 5000; k++) say('is up', 'info', `ntp.${k}`);
    expect(damper.subjects).to.equal(1024);
    wait(120);
    expect(told.some(({ id, text }) => id === 'gpsd.gnss' && text.includes('more times'))).to.equal(true);
  });
});
