import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from './place.js';

const run = (script: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'dist/scripts', script), ...args], { encoding: 'utf8', timeout: 30_000 });

describe('the arguments of a script', () => {
  it('that it does not know are one line and exit status 2, without a stack trace', () => {
    const { status, stdout, stderr } = run('bench/accuracy.js', '--no-such-option');
    expect(status).to.equal(2);
    expect(stdout).to.equal('');
    expect(stderr).to.equal("accuracy: Unknown option '--no-such-option'. --help lists what there is.\n");
  });

  it('are listed by --help, with what the script does', () => {
    const { status, stdout } = run('bench/accuracy.js', '--help');
    expect(status).to.equal(0);
    expect(stdout).to.match(/^Measures the hub's accuracy .*\n/);
    expect(stdout).to.contain('npm run bench:accuracy -- [--quick] [--rows REGEX]');
  });
});
