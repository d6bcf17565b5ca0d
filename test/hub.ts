import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { HubEvent, StatusReport } from 'timehub/api';
import type { Bench } from './bench.js';
import { type Exit, type Launched, run } from './launch.js';
import { root } from './place.js';
import { until } from './poll.js';

export const timehub = join(root, 'bin/timehub');

export type SourceStatus = StatusReport['sources'][number];

/** A daemon under test. It starts like an operator's, and the test asks it over its control socket. */
export class Hub {
  readonly socket: string;
  readonly #process: Launched | undefined;

  /** Adds a control socket to `config`. */
  static async start(bench: Bench, config: string, args: readonly string[] = []): Promise<Hub> {
    return Hub.startAs(bench, 'hub', [], config, args);
  }

  /** Starts one of several hubs, with the name `name`, through another program such as `ip netns exec`. */
  static async startAs(
    bench: Bench,
    name: string,
    through: readonly string[],
    config: string,
    args: readonly string[] = [],
  ): Promise<Hub> {
    const socket = bench.folder.at(`${name}.sock`);
    const path = bench.write(`${name}.toml`, `${config}\n[sink.observability.test]\nsocket = "${socket}"\n`);
    return Hub.launch(bench, ['run', ...args, path], socket, process.env, through);
  }

  /** Resolves with a daemon that was started by other means, once it answers. */
  static async at(socket: string): Promise<Hub> {
    const hub = new Hub(undefined, socket);
    if (
      !(await until(
        () => hub.answers(),
        (yes) => yes,
        20_000,
      ))
    )
      throw new Error(`no hub answers at ${socket}`);
    return hub;
  }

  /** Runs a command of bin/timehub that starts a daemon with a control socket at `socket`. */
  static async launch(
    bench: Bench,
    args: readonly string[],
    socket: string,
    env = process.env,
    through: readonly string[] = [],
  ): Promise<Hub> {
    const [command, ...rest] = [...through, process.execPath, timehub, ...args];
    const hub = new Hub(bench.launch(command!, rest, { cwd: root, env }), socket);
    let end: Exit | undefined;
    hub.process.exited.then((exit) => {
      end = exit;
    });
    const answers = await until(
      () => hub.answers(),
      (yes) => yes || end !== undefined,
      20_000,
    );
    if (!answers) throw new Error(`the hub ended (${end?.signal ?? end?.code}):\n${hub.process.output}`);
    return hub;
  }

  private constructor(launched: Launched | undefined, socket: string) {
    this.#process = launched;
    this.socket = socket;
  }

  /** Throws if the hub was started by other means. */
  get process(): Launched {
    if (this.#process === undefined) throw new Error('the test has not started this hub');
    return this.#process;
  }

  status(): Promise<StatusReport> {
    return this.json('/v1/status');
  }

  async source(id: string): Promise<SourceStatus> {
    const { sources } = await this.status();
    const found = sources.find((source) => source.id === id);
    if (found === undefined) throw new Error(`no source ${id} among ${sources.map((source) => source.id).join(', ')}`);
    return found;
  }

  /** Waits for a matching status. Rejects with the last one. */
  until(pleases: (status: StatusReport) => boolean, timeoutMs = 30_000): Promise<StatusReport> {
    return until(() => this.status(), pleases, timeoutMs);
  }

  untilSource(id: string, pleases: (source: SourceStatus) => boolean, timeoutMs = 30_000): Promise<SourceStatus> {
    return until(() => this.source(id), pleases, timeoutMs);
  }

  async json<T>(path: string): Promise<T> {
    return JSON.parse(await this.text(path)) as T;
  }

  text(path: string): Promise<string> {
    return get(this.socket, path);
  }

  async events(): Promise<readonly HubEvent[]> {
    return (await this.json<{ readonly events: readonly HubEvent[] }>('/v1/snapshot')).events;
  }

  /** Runs an operator's command: `hub.cli('why')`. */
  cli(...args: readonly string[]): Promise<Exit & { readonly output: string }> {
    return run(process.execPath, [timehub, ...args, '--socket', this.socket]);
  }

  /** Returns the hub's resident memory, bytes. */
  memory(): Promise<number> {
    return residentBytes(this.process.pid);
  }

  /** Sends SIGINT, like Ctrl-C. */
  stop(): Promise<Exit> {
    return this.process.stop('SIGINT');
  }

  private async answers(): Promise<boolean> {
    try {
      await this.status();
      return true;
    } catch {
      return false;
    }
  }
}

/** Returns the resident memory of a process, bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath, path, headers: { host: 'localhost' }, agent: false, timeout: 5000 },
      async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${path}: ${response.statusCode} ${text}`));
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`${path}: no answer`)));
    asked.on('error', reject).end();
  });
}
