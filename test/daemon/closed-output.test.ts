import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub, timehub } from '../hub.js';
import { Launched, within } from '../launch.js';
import { freeUdpPort } from '../place.js';
import { processesWith, processorTimeMs } from '../processes.js';
import { inTerminal, Terminal } from '../terminal.js';

/** Maximum share of a processor that an idle hub uses, over 1 s. A hub in a busy loop uses 25 % and more. */
const MOST_SHARE = 0.15;
/** Pause of the hub between two reloads, ms (src/cli/daemon.ts). */
const REST_MS = 250;

describe('a daemon whose output goes away', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  /** Returns a configuration whose source does not answer, so that the hub logs at its start and at each SIGHUP. */
  async function configure(): Promise<{ readonly path: string; readonly socket: string }> {
    const socket = bench.folder.at('hub.sock');
    const address = `127.0.0.1:${await freeUdpPort()}`;
    const text = `[source.ntp.dead]\naddress = "${address}"\n[sink.observability.o]\nsocket = "${socket}"\n`;
    return { path: bench.write('hub.toml', text), socket };
  }

  /** Runs shell text in which `$hub` is the daemon's command. */
  function shell(text: string, path: string): ChildProcess {
    const child = spawn('bash', ['-c', text], {
      stdio: 'ignore',
      detached: true,
      env: { ...process.env, hub: `${process.execPath} ${timehub} run ${path}` },
    });
    bench.later(() => quietly(() => process.kill(-child.pid!)));
    return child;
  }

  /** Finds the hub that shell text started. */
  async function attach(path: string, socket: string): Promise<{ readonly hub: Hub; readonly pid: number }> {
    const hub = await Hub.at(socket);
    const [pid] = processesWith(`${timehub} run ${path}`).filter((id) => isNode(id));
    bench.later(() => quietly(() => process.kill(pid!, 'SIGKILL')));
    return { hub, pid: pid! };
  }

  /** Resolves when no reload ended during twice the pause between two: then none is pending. */
  async function reloadsEnd(hub: Hub): Promise<void> {
    const ended = async (): Promise<string> =>
      [...(await hub.text('/metrics')).matchAll(/^timehub_reloads_total.*$/gm)].join('\n');
    for (let last = '', now = await ended(); now !== last; now = await ended()) {
      last = now;
      await pause(2 * REST_MS);
    }
  }

  async function expectsToLive({ hub, pid }: { readonly hub: Hub; readonly pid: number }, reason: RegExp) {
    process.kill(pid, 'SIGHUP');
    const { host } = await hub.until(({ host }) => host.notes.some((note) => reason.test(note)));
    expect(host.notes.join('\n')).to.match(/\d+ lines of the log on standard error are lost: /);
    await reloadsEnd(hub);
    const before = processorTimeMs(pid);
    await pause(1000);
    expect(processorTimeMs(pid) - before, 'ms of processor time in a second').to.be.below(1000 * MOST_SHARE);
    expect(await hub.text('/metrics')).to.match(/^timehub_log_lines_lost_total [1-9]/m);
    process.kill(pid, 'SIGTERM');
    await within(5000, gone(pid), () => 'SIGTERM does not end it');
  }

  for (const format of ['text', 'json']) {
    it(`lives on without its log when the reader of a pipe ends: ${format}`, async () => {
      const { path, socket } = await configure();
      shell(`$hub --log-format ${format} 2>&1 | head -n 1 >/dev/null`, path);
      await expectsToLive(await attach(path, socket), /its reader has ended/);
    });
  }

  it('lives on with standard error at a full device', async () => {
    const { path, socket } = await configure();
    shell('$hub 2>/dev/full', path);
    await expectsToLive(await attach(path, socket), /its disk is full/);
  });

  it('lives on when its terminal is closed', async () => {
    const { path, socket } = await configure();
    const terminal = new Terminal(bench);
    const [command, ...args] = inTerminal(process.execPath, [timehub, 'run', path]);
    const launched = new Launched(command!, args, { stdio: [terminal.inside, terminal.inside, terminal.inside] });
    launched.exited.catch(() => {});
    const attached = await attach(path, socket);
    terminal.close();
    await expectsToLive(attached, /its terminal is closed/);
  });

  it('answers while its reader sleeps, and drops what does not fit', async () => {
    const { path, socket } = await configure();
    shell('$hub 2>&1 | sleep 1000', path);
    const attached = await attach(path, socket);
    // Each reload logs one long line of errors.
    writeFileSync(path, Array.from({ length: 500 }, (_, n) => `[source.ntp.n${n}]\nnonsense = 1\n`).join(''));
    for (let n = 0; n < 6; n++) {
      process.kill(attached.pid, 'SIGHUP');
      await attached.hub.status();
      await pause(100);
    }
    await expectsToLive(attached, /it is not read/);
  });

  it('starts and ends with its standard streams closed', async () => {
    const { path, socket } = await configure();
    shell('exec $hub <&- >&- 2>&-', path);
    const { hub, pid } = await attach(path, socket);
    expect((await hub.status()).mode).to.equal('unsynchronised');
    process.kill(pid, 'SIGTERM');
    await within(5000, gone(pid), () => 'SIGTERM does not end it');
  });

  it('ends though its event log is a FIFO that nobody reads', async () => {
    const { path, socket } = await configure();
    const fifo = bench.folder.at('fifo');
    execFileSync('mkfifo', [fifo]);
    writeFileSync(
      path,
      `[hub]\nfree-run = true\nevent-log = "${fifo}"\n[sink.observability.o]\nsocket = "${socket}"\n`,
    );
    shell('exec $hub', path);
    const { hub, pid } = await attach(path, socket);
    await hub.until(({ host }) => host.notes.some((note) => /the event log .* cannot be written/.test(note)));
    process.kill(pid, 'SIGTERM');
    await within(5000, gone(pid), () => 'SIGTERM does not end it');
  });
});

describe('a command whose output goes away', function () {
  this.timeout(30_000);
  let bench: Bench;
  let hub: Hub;
  before(async () => {
    bench = new Bench();
    hub = await Hub.start(bench, '[hub]\nfree-run = true\n[sink.system-clock.local]\nsteer = false\n');
  });
  after(() => bench.clear());

  const shell = async (text: string) => {
    const launched = bench.launch('bash', ['-c', text], {
      env: { ...process.env, timehub: `${process.execPath} ${timehub}` },
    });
    return { ...(await launched.exited), output: launched.output };
  };

  for (const command of ['status', 'sources', 'why', 'show system-clock.local', 'plugins']) {
    it(`ends in silence when its reader ends: ${command}`, async () => {
      const socket = command === 'plugins' ? '' : ` --socket ${hub.socket}`;
      const { output } = await shell(`$timehub ${command}${socket} | true; echo "\${PIPESTATUS[0]}"`);
      expect(output).to.match(/^(0|1|2|141)\n$/);
    });
  }

  it('says so and fails when the disk is full', async () => {
    const { code, output } = await shell(`$timehub status --socket ${hub.socket} >/dev/full`);
    expect(output).to.match(/^timehub: the output cannot be written: ENOSPC/);
    expect(code).to.equal(70);
  });
});

/** Resolves when the process has ended. */
async function gone(pid: number): Promise<void> {
  while (quietly(() => process.kill(pid, 0))) await pause(50);
}

function quietly(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

const isNode = (pid: number): boolean => processesWith(process.execPath).includes(pid);
