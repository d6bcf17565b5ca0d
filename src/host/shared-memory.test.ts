import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { loadNative, type Native } from './native.js';
import { openSharedMemory } from './shared-memory.js';

/** Unit 7 of ntpd's reference clocks: the one that programs use last. */
const KEY = 0x4e545037;

const hasIpcs = spawnSync('ipcrm', ['--version']).status === 0;
const remove = (): void => void spawnSync('ipcrm', ['-M', String(KEY)]);

describe('shared memory', () => {
  let native: Native;
  before(function () {
    const loaded = loadNative().native;
    if (loaded === undefined || !hasIpcs) return this.skip();
    native = loaded;
    remove();
    return undefined;
  });
  afterEach(remove);

  it('is the same for all who open it, and knows who made it', () => {
    const first = openSharedMemory(native, { key: KEY, octets: 96, mode: 0o600 });
    const second = openSharedMemory(native, { key: KEY, octets: 96, mode: 0o666 });
    expect(second).to.deep.include({ owner: process.getuid!(), mode: 0o600 });
    new Int32Array(first.memory)[3] = 7;
    expect([...new Int32Array(second.memory)].indexOf(7)).to.equal(3);
    expect(first.memory.byteLength).to.equal(96);
  });

  it('is not used if it is shorter than needed', () => {
    openSharedMemory(native, { key: KEY, octets: 40, mode: 0o600 });
    expect(() => openSharedMemory(native, { key: KEY, octets: 96, mode: 0o600 }))
      .to.throw('it is shorter')
      .with.property('code', 'TH_SHM_OPEN');
  });

  it('needs the addon', () => {
    expect(() => openSharedMemory(undefined, { key: KEY, octets: 96, mode: 0o600 }))
      .to.throw()
      .with.property('code', 'TH_NET_NO_ADDON');
  });
});
