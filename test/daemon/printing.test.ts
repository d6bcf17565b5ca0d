import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub, timehub } from '../hub.js';
import { installRude, rudeConfig } from '../rude.js';

describe('the output of a plugin', function () {
  this.timeout(30_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
    installRude(bench);
  });
  afterEach(() => bench.clear());

  it('is logged as its own, and so is a warning of Node', async () => {
    const hub = await Hub.start(bench, rudeConfig(bench, 'prints'));
    await hub.process.printed(/warned by a plugin/);
    const lines = hub.process.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const printed = lines.filter(({ msg }) => /by a plugin$/.test(String(msg)));
    expect(printed.map(({ id, level, msg }) => ({ id, level, msg }))).to.have.deep.members([
      { id: 'rude.prints', level: 30, msg: 'printed by a plugin' },
      { id: 'rude.prints', level: 40, msg: 'written by a plugin' },
      { id: 'rude.prints', level: 40, msg: 'Warning: warned by a plugin' },
    ]);
  });

  it('without end neither fills the log nor waits for its reader', async () => {
    const socket = bench.folder.at('hub.sock');
    const path = bench.write(
      'hub.toml',
      `${rudeConfig(bench, 'floods')}\n[sink.observability.test]\nsocket = "${socket}"\n`,
    );
    const child = spawn(process.execPath, [timehub, 'run', path], { stdio: ['ignore', 'pipe', 'pipe'] });
    bench.later(() => child.kill('SIGKILL'));
    const hub = await Hub.at(socket);
    await hub.untilSource('rude.floods', ({ lifecycle }) => lifecycle === 'running');
    expect(await hub.text('/metrics')).to.match(/^timehub_log_lines_lost_total 0$/m);
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    expect(await ended).to.deep.equal([0, null]);
    expect(output.split('\n').length).to.be.below(40);
    expect(output).to.match(/changed 99997 more times in .*, last: line 99999 of a plugin that does not rest/);
  });
});
