import { mkdirSync } from 'node:fs';
import type { Bench } from './bench.js';
import { type Launched, run } from './launch.js';
import type { Peer } from './peers.js';
import { freeUdpPort } from './place.js';

export interface ChronyOptions {
  /** Program and arguments that start chronyd, such as `ip netns exec`. */
  readonly through?: readonly string[];
  /** Further lines of its configuration. */
  readonly lines?: string;
}

export interface ChronyServer {
  readonly port: number;
  readonly process: Launched;
}

/** Starts a chronyd at 127.0.0.1 that serves this machine's time and, with -x, never sets its clock. */
export async function startChronyServer(
  bench: Bench,
  chrony: Peer,
  { through = [], lines = '' }: ChronyOptions = {},
): Promise<ChronyServer> {
  const port = await freeUdpPort();
  const folder = bench.folder.at(`chrony-${port}`);
  mkdirSync(folder, { mode: 0o750 });
  const config = bench.write(
    `chrony-${port}.conf`,
    `local stratum 3\nallow\nport ${port}\nbindaddress 127.0.0.1\ncmdport 0\nbindcmdaddress ${folder}/sock\npidfile ${folder}/pid\n${lines}`,
  );
  const [command, ...rest] = [...through, chrony.program, '-x', '-U', '-u', 'root', '-d', '-f', config];
  const server = bench.launch(command!, rest, { env: chrony.env });
  await server.printed(/Disabled control of system clock/);
  return { port, process: server };
}

/**
 * Returns chronyd's offset of this machine's clock after a burst; it sets nothing (-Q). Positive: the clock is slow. `source`:
 * further options of its source; `lines`: further lines of its configuration. Rejects if it gets no time.
 */
export async function askChrony(
  bench: Bench,
  chrony: Peer,
  port: number,
  { source = '', lines = [] }: { readonly source?: string; readonly lines?: readonly string[] } = {},
): Promise<number> {
  return askChronyBy(bench, chrony, `server 127.0.0.1 port ${port} iburst maxsamples 4 ${source}`, lines);
}

/** Returns the same of a chronyd with any source: `source` is the whole line of its configuration. */
export async function askChronyBy(
  bench: Bench,
  chrony: Peer,
  source: string,
  lines: readonly string[] = [],
): Promise<number> {
  const pidfile = bench.folder.at('chrony-client.pid');
  const { output } = await run(
    chrony.program,
    ['-Q', '-U', '-u', 'root', '-t', '15', source, ...lines, 'cmdport 0', `pidfile ${pidfile}`],
    { env: chrony.env },
  );
  const seconds = /System clock wrong by (-?[\d.]+) seconds/.exec(output)?.[1];
  if (seconds === undefined) throw new Error(`chronyd -Q got no time by "${source}":\n${output}`);
  return Number(seconds) * 1e9;
}
