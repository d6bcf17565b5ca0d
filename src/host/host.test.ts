import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openHost } from './host.js';
import { findLeapSeconds } from './leap-seconds.js';
import { loadNative } from './native.js';
import { arenaOf } from './net/arena.js';
import { lacks } from './privileges.js';
import { notifyService } from './service.js';

describe('the host', () => {
  const host = openHost();

  it('promises kernel stamps with the addon, and says what is missing without', () => {
    const { missing } = loadNative();
    expect(host.stamps).to.equal(missing === '' ? 'kernel' : 'user');
    expect(host.notes).to.have.length(missing === '' ? 0 : 1);
  });

  it('has the system clock first, and a monotonic clock that does not go back', () => {
    expect(host.clocks[0]?.id).to.equal('system');
    const before = host.monotonic();
    expect(host.monotonic() >= before).to.equal(true);
  });

  it('calls a timer no earlier than asked, and not at all when cancelled', async () => {
    const start = host.monotonic();
    let cancelled = true;
    host
      .after(1_000_000, () => {
        cancelled = false;
      })
      .cancel();
    await new Promise<void>((resolve) => host.after(3_000_000, resolve));
    // The event loop counts whole milliseconds of CLOCK_MONOTONIC, so that a timer may come almost one early.
    expect(Number(host.monotonic() - start)).to.be.above(1_900_000);
    expect(cancelled).to.equal(true);
  });

  it('does not fire at once what is due in months', () => {
    const timer = host.after(1e9 * 86_400 * 60, () => expect.fail('too early'));
    timer.cancel();
  });

  it('has unpredictable octets', () => {
    expect(host.random(16)).to.have.length(16).and.not.deep.equal(host.random(16));
  });

  it('knows its own addresses', () => {
    expect(host.network.addresses()).to.include('127.0.0.1');
  });

  it('tells a missing device in a sentence', () => {
    for (const need of [
      'dev:ptp',
      'dev:pps',
      'cap:net_raw',
      'cap:net_admin',
      'cap:net_bind_service',
      'cap:sys_time',
    ] as const) {
      expect(lacks(need)).to.match(/^$|^this (machine|process) /);
    }
  });
});

describe('leap-seconds.list', () => {
  it('is found in the first folder that has it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'timehub-leap-'));
    writeFileSync(join(folder, 'leap-seconds.list'), '#$ 1\n');
    expect(findLeapSeconds(['/nowhere', folder])).to.deep.equal({
      text: '#$ 1\n',
      path: join(folder, 'leap-seconds.list'),
    });
    rmSync(folder, { recursive: true });
    expect(findLeapSeconds(['/nowhere'])).to.equal(undefined);
  });
});

describe('the service manager', () => {
  it('hears the state over an abstract socket', async function () {
    const { native } = loadNative();
    if (native === undefined) return this.skip();
    const name = `@timehub-notify-${process.pid}`;
    let id = 0;
    const heard = new Promise<string>((resolve) => {
      id = native.openUnix(name, 0o600, (buffer) => resolve(Buffer.from(arenaOf(buffer).payload(0)).toString()));
    });
    notifyService(native, 'READY=1\nSTATUS=tracking', name);
    expect(await heard).to.equal('READY=1\nSTATUS=tracking');
    native.close(id);
    notifyService(native, 'STOPPING=1', name);
    notifyService(native, 'STOPPING=1', undefined);
    return undefined;
  });
});
