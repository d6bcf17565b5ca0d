import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import { Hub, timehub } from './hub.js';
import { run } from './launch.js';
import { freeTcpPort, root } from './place.js';

const LOOPBACK = /127\.0\.0\.1:(\d+)/g;

/** The demonstration of `npm start`, with its own ports and sockets, so that it does not disturb another one. */
export interface Demo {
  readonly hub: Hub;
  /** `http://127.0.0.1:…/` */
  readonly dashboard: string;
  /** Port of the NTP server sink. */
  readonly served: number;
  /** Runs a command like `timehub lab stop b`. */
  lab(action: 'stop' | 'start', name: string): Promise<void>;
}

export async function startDemo(bench: Bench): Promise<Demo> {
  const socket = bench.folder.at('demo.sock');
  const { path, ports } = await writeDemo(bench, 'demo.toml', socket);
  const env = { ...process.env, XDG_RUNTIME_DIR: bench.folder.path };
  const hub = await Hub.launch(bench, ['demo', path], socket, env);
  return {
    hub,
    dashboard: `http://127.0.0.1:${ports.get(11180)}/`,
    served: ports.get(11123)!,
    async lab(action, name) {
      const { code, output } = await run(process.execPath, [timehub, 'lab', action, name], { env });
      if (code !== 0) throw new Error(`lab ${action} ${name}: ${output}`);
    },
  };
}

/** Writes the demonstration's configuration with its control socket at `socket` and with free ports. `ports`: old → new. */
export async function writeDemo(bench: Bench, name: string, socket: string) {
  const text = readFileSync(join(root, 'config/demo.toml'), 'utf8');
  const ports = new Map<number, number>();
  for (const [, port] of text.matchAll(LOOPBACK)) {
    if (!ports.has(Number(port))) ports.set(Number(port), await freeTcpPort());
  }
  const config = text
    .replace(LOOPBACK, (_, port: string) => `127.0.0.1:${ports.get(Number(port))}`)
    .replace('[sink.observability.local]', `[sink.observability.local]\nsocket = "${socket}"`);
  return { path: bench.write(name, config), config, ports: ports as ReadonlyMap<number, number> };
}
