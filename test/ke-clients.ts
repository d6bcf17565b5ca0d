import { connect, type Socket } from 'node:net';
import { connectTls } from '../src/host/net/tls.js';
import { judgeKeAnswer, KeReader, keRequest, LONGEST_KE_ANSWER, NTSKE_ALPN } from '../src/protocol/nts/index.js';
import type { Bench } from './bench.js';
import { authority, NTS_HOST } from './nts.js';

/** Exchanges keys with a server at the TCP port `ke`. Resolves with the end of its certificate, ns since 1970. Rejects if it gets none. */
export async function exchangeKeysAt(ke: number): Promise<bigint> {
  const tls = await connectTls(
    {
      ...{ to: { address: NTS_HOST, port: ke }, name: NTS_HOST, protocol: NTSKE_ALPN },
      ...{ authorities: authority.certificate, timeoutNs: 10e9 },
    },
    undefined,
  );
  const reader = new KeReader(LONGEST_KE_ANSWER);
  return new Promise((resolve, reject) => {
    tls.onClose((error) => reject(error ?? new Error('closed')));
    tls.onData((chunk) => {
      if (reader.push(chunk) === 'more') return;
      const verdict = judgeKeAnswer(reader.records);
      if ('fault' in verdict) reject(new Error(verdict.fault));
      else resolve(tls.validUntil);
      tls.end();
    });
    tls.write(keRequest());
  });
}

/** Hostile clients at 127.0.3.1 and up, each of which takes the place of a connection again as soon as it has lost it. */
export class StalledClients {
  /** Connections so far. */
  opened = 0;
  readonly #ke: number;
  readonly #sockets = new Set<Socket>();
  #ended = false;

  constructor(bench: Bench, ke: number) {
    this.#ke = ke;
    bench.later(() => this.end());
  }

  end(): void {
    this.#ended = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** A client that sends its octets one a second; without octets it is silent. */
  add(number: number, octets = new Uint8Array(0)): void {
    if (this.#ended) return;
    const localAddress = `127.0.3.${number}`;
    const socket = connect({ host: NTS_HOST, port: this.#ke, localAddress }, () => {
      this.opened++;
    });
    this.#sockets.add(socket);
    let sent = 0;
    const drip = setInterval(() => {
      if (sent < octets.length) socket.write(octets.subarray(sent, ++sent));
    }, 1000);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(drip);
      this.#sockets.delete(socket);
      this.add(number, octets);
    });
  }
}
