import { chmodSync, mkdirSync } from 'node:fs';
import type { Bench } from './bench.js';
import { Authority, type Certified } from './certificates.js';
import { type ChronyServer, startChronyServer } from './chrony.js';
import { Hub } from './hub.js';
import { startNtpStub } from './ntp-stub.js';
import type { Peer } from './peers.js';
import { freeTcpPort, freeUdpPort } from './place.js';

/** The address of all servers here, which their certificates have. */
export const NTS_HOST = '127.0.0.1';

/** The authority of the servers here, unless they are given another certificate. */
export const authority = new Authority();

/** Writes a file that only this user can read. Returns its path. */
export function writeSecret(bench: Bench, name: string, text: string): string {
  const path = bench.write(name, text);
  chmodSync(path, 0o600);
  return path;
}

export interface NtsChrony extends ChronyServer {
  /** TCP port of the key exchange. */
  readonly ke: number;
}

/** Starts a chronyd that serves this machine's time with NTS. */
export async function startNtsChrony(
  bench: Bench,
  chrony: Peer,
  { certificate, key }: Certified = authority.issue({ name: NTS_HOST }),
): Promise<NtsChrony> {
  const ke = await freeTcpPort();
  const dump = bench.folder.at(`dump-${ke}`);
  mkdirSync(dump, { mode: 0o750 });
  const lines = [
    `ntsservercert ${writeSecret(bench, `chrony-${ke}.pem`, certificate)}`,
    `ntsserverkey ${writeSecret(bench, `chrony-${ke}.key`, key)}`,
    `ntsport ${ke}`,
    `ntsdumpdir ${dump}`,
  ];
  const server = await startChronyServer(bench, chrony, { lines: `${lines.join('\n')}\n` });
  return { ...server, ke };
}

export interface NtsHub {
  readonly hub: Hub;
  readonly port: number;
  /** TCP port of the key exchange. */
  readonly ke: number;
}

export interface NtsHubOptions {
  /** Further lines of its table `nts`. */
  readonly lines?: string;
  /** Threads that answer requests. */
  readonly threads?: number;
  /** Answers in the interleaved mode. */
  readonly interleaved?: boolean;
}

/** Starts a hub that serves, with NTS, the time of a server which is 30 ms ahead. */
export async function startNtsHub(
  bench: Bench,
  { lines = '', threads = 0, interleaved = false }: NtsHubOptions = {},
): Promise<NtsHub> {
  const upstream = await startNtpStub(bench, 30_000_000n);
  const [port, ke] = [await freeUdpPort(), await freeTcpPort()];
  const { certificate, key } = authority.issue({ name: NTS_HOST });
  const [cert, secret] = [writeSecret(bench, 'hub.pem', certificate), writeSecret(bench, 'hub.key', key)];
  const hub = await Hub.start(
    bench,
    `[source.ntp.stub]
address = "127.0.0.1:${upstream}"
poll-min = "250ms"
poll-max = "250ms"
[sink.ntp.lan]
listen = ["127.0.0.1:${port}"]
threads = ${threads}
interleaved = ${interleaved}
[sink.ntp.lan.nts]
listen = "127.0.0.1:${ke}"
certificate = "${cert}"
key = "${secret}"
${lines}
`,
  );
  // The hub must settle first: its estimate changes by itself while it is still learning.
  await hub.until(({ mode, sources }) => mode === 'tracking' && sources[0]!.observations >= 24);
  return { hub, port, ke };
}
