import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { Bench } from '../../../test/bench.js';
import { startChronyServer } from '../../../test/chrony.js';
import { Hub } from '../../../test/hub.js';
import { run } from '../../../test/launch.js';
import { startNtpStub } from '../../../test/ntp-stub.js';
import { authority, NTS_HOST, startNtsChrony, writeSecret } from '../../../test/nts.js';
import { fetchPeer, findPeer, type Peer, type PeerName } from '../../../test/peers.js';
import { freeTcpPort, freeUdpPort } from '../../../test/place.js';
import { until } from '../../../test/poll.js';

/** The feature that a load needs: the server is configured for it. */
export type Feature = 'plain' | 'limited' | 'interleaved' | 'nts';

export interface BenchServer {
  readonly port: number;
  readonly pid: number;
  /** TCP port of its key exchange. */
  readonly ke?: number | undefined;
  /** Program and arguments that start a program on its machine. */
  readonly through: readonly string[];
}

/** Starts a server, or resolves with undefined if it has not the feature. */
export type Starter = (bench: Bench, feature: Feature) => Promise<BenchServer | undefined>;

/** All servers limit a client to a request in 2 s, after a burst of 8. */
const LIMIT = {
  timehub: 'rate-limit = { interval = "2s", burst = 8 }\n',
  chronyd: 'ratelimit interval 1 burst 8 leak 4\n',
  ntpsec: 'limit average 2 burst 8\n',
} as const;

/** A hub whose workers answer; 0: it answers in line. */
export const timehub =
  (threads: number): Starter =>
  async (bench, feature) => {
    const port = await freeUdpPort();
    const ke = feature === 'nts' ? await freeTcpPort() : undefined;
    const table = `[hub]\nfree-run = true\n[sink.ntp.s]\nlisten = "127.0.0.1:${port}"\nthreads = ${threads}\n`;
    const name = `hub-${threads}-${feature}`;
    const hub = await Hub.startAs(bench, name, [], `${table}${await linesFor(bench, feature, name, ke)}`);
    await hub.until(
      ({ mode, sinks }) =>
        sinks.every(({ state }) => state === 'running') && (mode === 'tracking' || feature !== 'nts'),
    );
    return { port, pid: hub.process.pid, ke, through: [] };
  };

async function linesFor(bench: Bench, feature: Feature, name: string, ke: number | undefined): Promise<string> {
  switch (feature) {
    case 'plain':
      return '';
    case 'limited':
      return LIMIT.timehub;
    case 'interleaved':
      return 'interleaved = true\n';
    case 'nts': {
      const [certificate, key] = certified(bench, name);
      // It gives no keys before it knows the date.
      const upstream = `[source.ntp.stub]\naddress = "127.0.0.1:${await upstreamOf(bench)}"\npoll-min = "250ms"\n`;
      return `[sink.ntp.s.nts]\nlisten = "127.0.0.1:${ke}"\ncertificate = "${certificate}"\nkey = "${key}"\n${upstream}`;
    }
  }
}

/** A server of this machine's time. The stamps of a program in JavaScript would move the hub's time by tens of microseconds. */
async function upstreamOf(bench: Bench): Promise<number> {
  const program = peer('chrony');
  return program === undefined ? startNtpStub(bench, 0n) : (await startChronyServer(bench, program)).port;
}

function certified(bench: Bench, name: string): readonly [certificate: string, key: string] {
  const { certificate, key } = authority.issue({ name: NTS_HOST });
  return [writeSecret(bench, `${name}.pem`, certificate), writeSecret(bench, `${name}.key`, key)];
}

/** Returns the program of a peer, after a note on standard error if it is missing. */
function peer(name: PeerName): Peer | undefined {
  const problem = fetchPeer(name);
  const found = findPeer(name);
  if (!('missing' in found)) return found.peer;
  console.error(`without ${name}: ${problem}`);
  return undefined;
}

/** It answers in the interleaved mode by itself. */
export const chronyd: Starter = async (bench, feature) => {
  const program = peer('chrony');
  if (program === undefined) return undefined;
  const { port, process, ...rest } =
    feature === 'nts'
      ? await startNtsChrony(bench, program)
      : await startChronyServer(bench, program, { lines: feature === 'limited' ? LIMIT.chronyd : '' });
  return { port, pid: process.pid, ...rest, through: [] };
};

/** It listens at port 123 of all addresses, so it has a network namespace of its own. It has no interleaved mode. */
export const ntpsec: Starter = async (bench, feature) => {
  const program = feature === 'interleaved' || process.getuid?.() !== 0 ? undefined : peer('ntpsec');
  if (program === undefined) return undefined;
  const namespace = `timehub-bench-${process.pid}-${feature}`;
  execFileSync('ip', ['netns', 'add', namespace]);
  bench.later(() => execFileSync('ip', ['netns', 'delete', namespace]));
  execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
  const folder = bench.folder.at(`ntpsec-${feature}`);
  mkdirSync(folder);
  const [certificate, key] = certified(bench, `ntpsec-${feature}`);
  const lines = [
    'refclock local unit 0 stratum 3',
    feature === 'limited' ? 'restrict default limited' : 'restrict default',
    ...(feature === 'limited' ? [LIMIT.ntpsec] : []),
    ...(feature === 'nts' ? ['nts enable', `nts cert ${certificate}`, `nts key ${key}`, `nts cookie ${folder}/c`] : []),
    `driftfile ${folder}/drift`,
    `statsdir ${folder}`,
  ];
  const config = bench.write(`ntpsec-${feature}.conf`, `${lines.join('\n')}\n`);
  const through = ['ip', 'netns', 'exec', namespace];
  const withoutClock = ['setpriv', '--bounding-set', '-sys_time', '--inh-caps', '-sys_time'];
  const [command, ...rest] = [...through, ...withoutClock, program.program, '-n', '-g', '-c', config];
  const server = bench.launch(command!, rest, { env: program.env });
  const answers = async (): Promise<boolean> =>
    (await run('ip', [...through.slice(1), 'sh', '-c', 'ss -Hlun | grep -q 127.0.0.1:123'])).code === 0;
  if (!(await until(answers, (yes) => yes, 10_000))) throw new Error(`ntpd does not listen:\n${server.output}`);
  return { port: 123, pid: server.pid, ke: 4460, through };
};
