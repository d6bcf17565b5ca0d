import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pathSteps } from './path-steps.js';

describe('the steps of a path', () => {
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'timehub-steps-')));
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    writeFileSync(join(folder, 'a/b/file'), '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const below = (path: string): readonly string[] =>
    pathSteps(path)
      .map((step) => step.path)
      .filter((step) => step.startsWith(`${folder}/`))
      .map((step) => step.slice(folder.length + 1));

  it('are the folders down to a file', () => {
    expect(below(join(folder, 'a/b/file'))).to.deep.equal(['a', 'a/b', 'a/b/file']);
    expect(pathSteps('/')).to.have.length(1);
  });

  it('include each link and its target, relative and absolute, and links to links', () => {
    symlinkSync('a/b', join(folder, 'short'));
    symlinkSync(join(folder, 'short'), join(folder, 'shorter'));
    expect(below(join(folder, 'shorter/file'))).to.deep.equal(['shorter', 'short', 'a', 'a/b', 'a/b/file']);
  });

  it('go up from the target of a link, as the kernel does', () => {
    symlinkSync('a/b', join(folder, 'short'));
    writeFileSync(join(folder, 'a/beside'), '');
    expect(below(`${folder}/short/../beside`)).to.deep.equal(['short', 'a', 'a/b', 'a/beside']);
  });

  it('end with an error at a loop and at a dangling link', () => {
    symlinkSync('loop', join(folder, 'loop'));
    symlinkSync('nothing', join(folder, 'dangling'));
    expect(() => pathSteps(join(folder, 'loop'))).to.throw('too many symbolic links');
    expect(() => pathSteps(join(folder, 'dangling'))).to.throw('ENOENT');
  });
});
