import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Identity, identity, unmappedUser } from './identity.js';
import { weaknessesIfThere, weaknessesOf } from './weakness.js';

describe('the users who can change a file', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-weak-'));
    mkdirSync(join(folder, 'a'));
    file = join(folder, 'a/file');
    writeFileSync(file, '', { mode: 0o644 });
    chmodSync(join(folder, 'a'), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const found = (path = file, me: Identity = identity()) =>
    weaknessesOf(path, me).map((weakness) => `${weakness.by} ${weakness.path.slice(folder.length + 1)}`);
  const me = identity();
  const stranger: Identity = { ...me, uid: 4242, owners: new Set([4242]), unmapped: undefined };

  it('are only root and its owner, in a folder of /tmp too', () => {
    expect(found()).to.deep.equal([]);
  });

  it('are all users if the file or a folder on the way is writable for all', () => {
    chmodSync(file, 0o646);
    chmodSync(join(folder, 'a'), 0o757);
    expect(found()).to.deep.equal(['everybody a', 'everybody a/file']);
    expect(weaknessesOf(file)[1]).to.include({
      message: 'every user can change it (mode 0646)',
      hint: `chmod o-w ${file}`,
    });
  });

  it('are no others for a file in a sticky folder, and all for the folder itself', () => {
    chmodSync(join(folder, 'a'), 0o1777);
    expect(found()).to.deep.equal([]);
    expect(found(join(folder, 'a'))).to.deep.equal(['everybody a']);
  });

  it('are the owner of the file, if that is another user', () => {
    expect(found(file, stranger)).to.include('owner a/file');
    expect(weaknessesOf(file, stranger).at(-1)!.hint).to.equal(`chown 4242 ${file}`);
  });

  it('are unknown, and taken for safe, if the container does not map the owner', () => {
    const { uid } = me;
    expect(found(file, { ...stranger, unmapped: uid })).to.deep.equal([]);
  });

  it('are the members of a group other than that of this process', function () {
    chmodSync(file, 0o664);
    expect(found()).to.deep.equal([]);
    expect(found(file, { ...me, groups: new Set() })).to.deep.equal(['group a/file']);
    if (me.uid !== 0) this.skip();
    chownSync(file, 0, 4242);
    expect(found()).to.deep.equal(['group a/file']);
  });

  it('are found through links: the folder of the target counts, not the mode of the link', () => {
    mkdirSync(join(folder, 'open'));
    chmodSync(join(folder, 'open'), 0o777);
    writeFileSync(join(folder, 'open/target'), '', { mode: 0o644 });
    symlinkSync('../open/target', join(folder, 'a/link'));
    expect(found(join(folder, 'a/link'))).to.deep.equal(['everybody open']);
  });

  it('are the owner of a link in a sticky folder', function () {
    if (me.uid !== 0) this.skip();
    chmodSync(join(folder, 'a'), 0o1777);
    const link = join(folder, 'a/link');
    symlinkSync('file', link);
    expect(found(link)).to.deep.equal([]);
    rmSync(link);
    const before = [process.getegid!(), process.geteuid!()] as const;
    chmodSync(folder, 0o755);
    process.seteuid!(4242);
    symlinkSync('file', link);
    process.seteuid!(before[1]);
    expect(found(link)).to.deep.equal(['owner a/link']);
  });

  it('do not matter for a path without a file', () => {
    expect(weaknessesIfThere(join(folder, 'nothing'))).to.deep.equal([]);
  });
});

describe('the identity of this process', () => {
  it('trusts the caller of sudo as root does, and only then', () => {
    const { owners } = identity({ SUDO_UID: '4242' });
    expect(owners.has(4242)).to.equal(process.geteuid?.() === 0);
    expect(identity({ SUDO_UID: '' }).owners.has(4242)).to.equal(false);
  });

  for (const [what, map, expected] of [
    ['the whole system', '         0          0 4294967295\n', undefined],
    ['a container that maps some users', '0 100000 65536\n', 65_534],
    ['a container that maps one user', '0 1000 1\n1 100000 65535\n', 65_534],
    ['a system without user namespaces', '', undefined],
  ] as const) {
    it(`knows in ${what} which owner stands for unmapped ones`, () =>
      expect(unmappedUser(map, '65534\n')).to.equal(expected));
  }
});
