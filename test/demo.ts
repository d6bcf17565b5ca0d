import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import { Hub, timehub } from './hub.js';
import { run } from './launch.js';
import { freeTcpPort, root } from './place.js';

/** The demonstration of `npm start`, on ports and sockets of its own so that it disturbs nobody's. */
export interface Demo {
  readonly hub: Hub;
  /** `http://127.0.0.1:…/` */
  readonly dashboard: string;
  /** Where the NTP server sink listens. */
  readonly served: number;
  /** `timehub lab stop b` and the like. */
  lab(action: 'stop' | 'start', name: string): Promise<void>;
}

export async function startDemo(bench: Bench, moreHub = ''): Promise<Demo> {
  const ports = new Map<string, number>();
  let config = readFileSync(join(root, 'config/demo.toml'), 'utf8');
  for (const [, port] of config.matchAll(/127\.0\.0\.1:(\d+)/g)) {
    if (!ports.has(port!)) ports.set(port!, await freeTcpPort());
  }
  config = config.replace(/127\.0\.0\.1:(\d+)/g, (_, port: string) => `127.0.0.1:${ports.get(port)}`);
  const socket = bench.folder.at('demo.sock');
  config = config.replace('[sink.observability.local]', `[sink.observability.local]\nsocket = "${socket}"`);
  const path = bench.write('demo.toml', `${moreHub}\n${config}`);
  const env = { ...process.env, XDG_RUNTIME_DIR: bench.folder.path };
  const hub = await Hub.launch(bench, ['demo', path], socket, env);
  return {
    hub,
    dashboard: `http://127.0.0.1:${ports.get('11180')}/`,
    served: ports.get('11123')!,
    async lab(action, name) {
      const { code, output } = await run(process.execPath, [timehub, 'lab', action, name], { env });
      if (code !== 0) throw new Error(`lab ${action} ${name}: ${output}`);
    },
  };
}
