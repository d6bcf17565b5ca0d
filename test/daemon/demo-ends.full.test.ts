import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub, timehub } from '../hub.js';
import { Launched, run, within } from '../launch.js';
import { freeTcpPort, root } from '../place.js';
import { processesWith, untilNoneWith } from '../processes.js';
import { inTerminal, Terminal } from '../terminal.js';

/** The demonstration runs its lab in another process. If one of the two ends, both must. */
describe('the demonstration, ended from outside', function () {
  this.timeout(90_000);
  let bench: Bench;
  let base: number;
  beforeEach(async () => {
    bench = new Bench();
    base = await freeBase();
  });
  afterEach(async () => {
    for (const pid of mine()) process.kill(pid, 'SIGKILL');
    await bench.clear();
  });

  const mine = () => processesWith(`--port-base ${base}`);
  const socket = () => bench.folder.at(`timehub-demo-${base}.sock`);
  const environment = () => ({ ...process.env, XDG_RUNTIME_DIR: bench.folder.path });
  const demo = () => [timehub, 'demo', '--port-base', String(base)];

  /** Waits until the hub answers and its lab runs. */
  async function isUp(): Promise<void> {
    await Hub.at(socket());
    expect(mine()).to.have.length.above(1);
  }

  const ended = () => untilNoneWith(`--port-base ${base}`, 10_000);

  /** Starts `npm start` as the leader of a new process group. */
  function npmStart(): ChildProcess {
    const child = spawn('npm', ['start', '--', '--port-base', String(base)], {
      ...{ cwd: root, env: environment(), stdio: 'ignore', detached: true },
    });
    bench.later(() => child.kill('SIGKILL'));
    return child;
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const) {
    it(`ends with npm: ${signal} to npm start`, async () => {
      const child = npmStart();
      await isUp();
      child.kill(signal);
      await ended();
    });
  }

  it('ends with a signal to the process group of npm start', async () => {
    const child = npmStart();
    await isUp();
    process.kill(-child.pid!, 'SIGTERM');
    await ended();
  });

  it('takes its world with it when it is killed', async () => {
    const launched = bench.launch(process.execPath, demo(), { env: environment() });
    await isUp();
    launched.signal('SIGKILL');
    await ended();
  });

  it('ends when its world dies', async () => {
    const launched = bench.launch(process.execPath, demo(), { env: environment() });
    await isUp();
    process.kill(processesWith(`lab run ${root}/config/demo.toml --port-base ${base}`)[0]!, 'SIGKILL');
    const { code } = await within(5000, launched.exited, () => 'it still runs');
    expect(code).to.equal(70);
  });

  it('ends when its terminal is closed', async () => {
    const terminal = new Terminal(bench);
    const [command, ...args] = inTerminal(process.execPath, demo());
    const launched = new Launched(command!, args, {
      ...{ stdio: [terminal.inside, terminal.inside, terminal.inside], env: environment() },
    });
    await isUp();
    terminal.close();
    await within(5000, launched.exited, () => 'it still runs');
    await ended();
  });

  it('ends when the reader of its output has ended', async () => {
    const line = `"${process.execPath}" ${demo().join(' ')} | head -n 1`;
    bench.launch('sh', ['-c', line], { env: environment() });
    await isUp();
    await untilNoneWith(`--port-base ${base}`, 30_000);
  });

  it('names a busy port, who has it, and how to move', async () => {
    const other = createSocket('udp4').bind(base + 201, '127.0.0.1');
    await once(other, 'listening');
    const { code, output } = await run(process.execPath, demo(), { env: environment() });
    other.close();
    expect(output).to.include(`UDP port 127.0.0.1:${base + 201} (lab server a): `);
    expect(output).to.include(`(process ${process.pid}) uses it`);
    expect(output).to.match(/TH_NET_PORT_BUSY\n.*demo --port-base \d+\n/);
    expect(code).to.equal(70);
  });

  it('runs beside another one, and its hints work for each', async () => {
    const second = await freeBase(base);
    const outputs = [base, second].map((own) =>
      bench.launch(process.execPath, [timehub, 'demo', '--port-base', String(own)], { env: environment(), cwd: root }),
    );
    for (const [n, own] of [base, second].entries()) {
      await outputs[n]!.printed(/Try next/, 40_000);
      const hint = (pattern: RegExp) => pattern.exec(outputs[n]!.output)![0].trim().split(/ +/).slice(1);
      const environmentOfHint = { env: environment(), cwd: root };
      const status = await run(
        process.execPath,
        [timehub, ...hint(/^ {2}bin\/timehub status --socket \S+/m), '--json'],
        environmentOfHint,
      );
      expect(JSON.parse(status.output).mode).to.equal('tracking');
      const lab = await run(
        process.execPath,
        [timehub, ...hint(/^ {2}bin\/timehub lab stop b --control \S+/m)],
        environmentOfHint,
      );
      expect(lab.output).to.match(new RegExp(`b +stopped +NTP server at 127.0.0.1:${own + 202}`));
      expect(outputs[n]!.output).to.include(`http://127.0.0.1:${own + 180}/`);
    }
    for (const output of outputs) expect((await output.stop()).code).to.equal(0);
  });

  for (const wrong of ['0', 'abc', '70000']) {
    it(`refuses --port-base ${wrong}`, async () => {
      const { code, output } = await run(process.execPath, [timehub, 'demo', '--port-base', wrong]);
      expect(output).to.match(/^timehub: --port-base must be a whole number from 1024 to 64000/);
      expect(code).to.equal(64);
    });
  }
});

/** Returns a port base with a free port for the dashboard, below the kernel's range of ephemeral ports. */
async function freeBase(not?: number): Promise<number> {
  const lowest = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0]);
  const thousands = Math.max(2, Math.floor(lowest / 1000) - 14);
  for (;;) {
    const base = 1000 * (13 + Math.floor(Math.random() * thousands)) + (process.pid % 50);
    if (base !== not && (await freeTcpPort()) > 0) return base;
  }
}
