import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HubError } from '../api/index.js';
import type { WeakKeyType } from '../protocol/ntp/index.js';
import { fakeSource } from '../testing/index.js';
import { KeyFile } from './key-file.js';

const LINE = '7 AES128 HEX:000102030405060708090a0b0c0d0e0f\n';
const S = 1e9;

describe('the key file', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-keys-'));
    path = join(folder, 'ntp.keys');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** `at`: modification time, s, so that two writes in one tick of the file system differ. */
  const write = (text: string, at = 1000): void => {
    writeFileSync(path, text, { mode: 0o600 });
    utimesSync(path, at, at);
  };
  const keyFile = (allowed: readonly WeakKeyType[] = []) => {
    const context = fakeSource();
    return { context, file: new KeyFile(context, path, allowed) };
  };
  const faultOf = (action: () => unknown): HubError => {
    try {
      action();
    } catch (error) {
      if (error instanceof HubError) return error;
    }
    throw new Error('no fault');
  };

  it('gives the key of a number', () => {
    write(LINE);
    const { file } = keyFile();
    file.open();
    expect(file.key(7)).to.include({ number: 7, type: 'AES128' });
  });

  it('names the missing key and those that are there', () => {
    write(LINE);
    const { file } = keyFile();
    file.open();
    const { code, message, hint } = faultOf(() => file.key(8));
    expect({ code, message }).to.deep.equal({ code: 'TH_NTP_KEY', message: `there is no key 8 in ${path}` });
    expect(hint).to.include('name one of its keys: 7');
  });

  it('refuses a key of a broken type unless it is allowed by name', () => {
    write('1 SHA1 secret\n');
    const { file } = keyFile();
    file.open();
    expect(file.weak).to.deep.equal([1]);
    const { message, hint } = faultOf(() => file.key(1));
    expect(message).to.equal(`key 1 of ${path} is of the broken type SHA1`);
    expect(hint).to.include('weak-keys = ["SHA1"]');
    const { file: allowed } = keyFile(['SHA1']);
    allowed.open();
    expect(allowed.key(1).type).to.equal('SHA1');
  });

  it('is refused with the lines of its faults', () => {
    write(`${LINE}x y z\n8 NONE z\n`);
    const { code, message, hint } = faultOf(() => keyFile().file.open());
    expect(code).to.equal('TH_NTP_KEY_FILE');
    expect(message).to.equal(
      `the key file ${path} cannot be used: line 2: the first word is no key number; line 3: the type of key 8 is not known`,
    );
    expect(hint).to.include('begin the line with a number');
  });

  it('is refused while others may read it or it is absent, and the fault is over when it has changed', () => {
    const absent = faultOf(() => keyFile().file.open());
    expect(absent.message).to.include('it does not exist');
    expect(absent.isOver!()).to.equal(false);
    write(LINE);
    expect(absent.isOver!()).to.equal(true);
    chmodSync(path, 0o644);
    const open = faultOf(() => keyFile().file.open());
    expect(open.message).to.include('every user has access to its secrets (mode 0644)');
    chmodSync(path, 0o600);
    expect(open.isOver!()).to.equal(true);
  });

  it('is read again when it has changed; a faulty change is reported and the old keys stay', async () => {
    write(LINE);
    const { context, file } = keyFile();
    file.open();
    write(`${LINE}8 SHA256 eight\n`, 2000);
    await context.host.run(11 * S);
    expect(file.key(8).type).to.equal('SHA256');
    write('nonsense\n', 3000);
    await context.host.run(22 * S);
    expect(file.key(8).type).to.equal('SHA256');
    expect(context.record.log.at(-1)?.message).to.match(/line 1: .*; the keys that were read before stay in use$/);
    await context.host.run(60 * S);
    expect(context.record.log.filter(({ message }) => message.includes('line 1'))).to.have.length(1);
  });
});
