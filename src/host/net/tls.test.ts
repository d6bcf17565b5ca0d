import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import {
  connect as connectRaw,
  createServer as createTlsServer,
  type TlsOptions as NodeTlsOptions,
  type TLSSocket,
} from 'node:tls';
import { expect } from 'chai';
import { Authority, type CertificateOptions, type Certified } from '../../../test/certificates.js';
import type { HubError, TlsClient, TlsConnection, TlsOptions, TlsRefusal } from '../../api/index.js';
import { loadNative } from '../native.js';
import { chainJudge, connectTls } from './tls.js';
import { listenTls } from './tls-server.js';

const authority = new Authority();
const HOST = '127.0.0.1';
const NOW = BigInt(Date.now()) * 1_000_000n;
const DAY = 86_400_000_000_000n;
const { native } = loadNative();
const judge = native && chainJudge(native);

const undo: (() => void)[] = [];
afterEach(() => {
  for (const close of undo.splice(0)) close();
});

function listening(server: Server): Promise<number> {
  undo.push(() => server.close());
  return new Promise((resolve) => {
    server.listen(0, HOST, () => resolve((server.address() as { port: number }).port));
  });
}

/** Starts a TLS server of Node. Returns its port. */
function tlsServer(options: NodeTlsOptions & Partial<CertificateOptions> = {}, issuer = authority): Promise<number> {
  const { name = HOST, fromDays, untilDays, ...others } = options;
  const dates = { ...(fromDays !== undefined && { fromDays }), ...(untilDays !== undefined && { untilDays }) };
  const { certificate, key }: Certified = issuer.issue({ name, ...dates });
  const server = createTlsServer({ cert: certificate, key, ALPNProtocols: ['x/1'], ...others }, (socket: TLSSocket) => {
    undo.push(() => socket.destroy());
    socket.on('error', () => {});
    socket.on('data', (chunk) => socket.end(chunk));
  });
  server.on('tlsClientError', () => {});
  return listening(server);
}

const wish = (port: number, over: Partial<TlsOptions> = {}): TlsOptions => ({
  ...{ to: { address: HOST, port }, name: HOST, protocol: 'x/1', authorities: authority.certificate, timeoutNs: 3e9 },
  ...over,
});

async function connected(options: TlsOptions): Promise<TlsClient> {
  const client = await connectTls(options, judge);
  undo.push(() => client.close());
  return client;
}

async function fault(options: TlsOptions): Promise<string> {
  try {
    await connected(options);
  } catch (error) {
    const { code, message } = error as HubError;
    return `${code}: ${message.replace(/127\.0\.0\.1:\d+/, 'PEER')}`;
  }
  return 'none';
}

describe('a TLS client', () => {
  it('speaks with a server of its authority, and knows the period of its certificate', async () => {
    const client = await connected(wish(await tlsServer()));
    const heard = new Promise<string>((resolve) => client.onData((chunk) => resolve(Buffer.from(chunk).toString())));
    client.write(Buffer.from('hello'));
    expect(await heard).to.equal('hello');
    expect(Number(client.validFrom - NOW) / Number(DAY)).to.be.closeTo(-1, 0.01);
    expect(Number(client.validUntil - NOW) / Number(DAY)).to.be.closeTo(30, 0.01);
    expect(client.exportKey('EXPORTER-test', Uint8Array.of(1), 32)).to.have.length(32);
  });

  for (const [what, server, expected] of [
    [
      'has expired',
      { fromDays: -9, untilDays: -2 },
      /^TH_NET_CERTIFICATE: the certificate of PEER has expired \(valid from .* judged at .*\)$/,
    ],
    [
      'is not valid yet',
      { fromDays: 2, untilDays: 9 },
      /^TH_NET_CERTIFICATE: the certificate of PEER is not valid yet \(valid from /,
    ],
    [
      'is for another host',
      { name: 'other.example' },
      /^TH_NET_CERTIFICATE: the certificate of PEER is not for 127\.0\.0\.1$/,
    ],
    ['has no TLS 1.3 (E1)', { maxVersion: 'TLSv1.2' }, /^TH_NET_TLS: no TLS with PEER: it has no TLS 1\.3$/],
    ['has another protocol', { ALPNProtocols: ['y'] }, /^TH_NET_TLS: no TLS with PEER: it does not speak x\/1$/],
    ['has no protocol (E1)', { ALPNProtocols: [] }, /^TH_NET_TLS: no TLS with PEER: it does not speak x\/1$/],
  ] as const)
    it(`says it when the peer ${what}`, async () => {
      expect(await fault(wish(await tlsServer(server as NodeTlsOptions)))).to.match(expected);
    });

  it('says it when the authority is not trusted (E3)', async () => {
    expect(await fault(wish(await tlsServer({}, new Authority('Stranger'))))).to.match(
      /is of an authority that is not trusted/,
    );
    expect(await fault(wish(await tlsServer(), { authorities: undefined }))).to.match(
      /is of an authority that is not trusted/,
    );
  });

  it('says it when no program listens, and when the peer stalls, closes, or speaks something else', async () => {
    const peer = (talk: (socket: import('node:net').Socket) => void) =>
      listening(
        createServer((socket) => {
          socket.on('error', () => {});
          undo.push(() => socket.destroy());
          talk(socket);
        }),
      );
    const closed = await listening(createServer());
    undo.pop()!();
    expect(await fault(wish(closed))).to.match(/^TH_NET_CONNECT: cannot connect to PEER: no program listens there/);
    expect(await fault(wish(await peer(() => {}), { timeoutNs: 0.2e9 }))).to.match(
      /^TH_NET_TLS: .* did not finish the handshake in time$/,
    );
    expect(await fault(wish(await peer((s) => s.destroy())))).to.match(
      /^TH_NET_TLS: .* closed the connection during the handshake$/,
    );
    expect(await fault(wish(await peer((s) => s.end('220 hello\r\n'))))).to.match(
      /^TH_NET_TLS: .* does not speak TLS$/,
    );
  });

  describe('on a machine whose clock may be wrong', () => {
    before(function () {
      if (judge === undefined) this.skip();
    });

    it('accepts a certificate that becomes valid later, and says at which time it was judged', async () => {
      const client = await connected(wish(await tlsServer({ fromDays: 3 }), { notBefore: NOW - 900n * DAY }));
      expect(client.judgedAt).to.equal(client.validFrom);
    });

    it('judges at the earliest time that can be true when the clock is behind it', async () => {
      const port = await tlsServer({ untilDays: 5 });
      expect(await fault(wish(port, { notBefore: NOW + 4n * DAY }))).to.equal('none');
      expect(await fault(wish(port, { notBefore: NOW + 6n * DAY }))).to.match(/has expired \(valid from/);
    });

    it('accepts no expired certificate (E3)', async () =>
      expect(
        await fault(wish(await tlsServer({ fromDays: -9, untilDays: -1 }), { notBefore: NOW - 900n * DAY })),
      ).to.match(/has expired/));

    it('finds the other faults of a certificate that is not valid yet', async () => {
      const notBefore = NOW - 900n * DAY;
      const stranger = await tlsServer({ fromDays: 3 }, new Authority('Stranger'));
      expect(await fault(wish(stranger, { notBefore }))).to.match(/is of an authority that is not trusted/);
      const other = await tlsServer({ fromDays: 3, name: 'other.example' });
      expect(await fault(wish(other, { notBefore }))).to.match(/is not for 127\.0\.0\.1/);
    });

    it('says that it cannot judge without the addon', async () => {
      const error = await connectTls(wish(await tlsServer({ fromDays: 3 }), { notBefore: NOW - DAY }), undefined).catch(
        (reason: HubError) => reason,
      );
      expect((error as HubError).message).to.match(/cannot be judged: it is not valid by the clock of this machine/);
    });
  });
});

describe('a TLS server', () => {
  async function serving(over: { connections?: number; admits?: () => boolean; handshakeNs?: number } = {}) {
    const refused: TlsRefusal[] = [];
    const server = await listenTls({
      ...{ address: HOST, port: 0, protocol: 'x/1', identity: authority.issue({ name: HOST }) },
      ...{ handshakeNs: 0.3e9, connections: 4, admits: () => true, ...over },
    });
    undo.push(() => server.close());
    server.onRefused((why) => refused.push(why));
    const open: TlsConnection[] = [];
    server.onConnection((connection) => {
      open.push(connection);
      connection.onData((chunk) => connection.end(chunk));
    });
    return { server, refused, open, port: server.local.port };
  }
  const soon = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; i < 300 && !condition(); i++) await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 50 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(condition()).to.equal(true);
  };

  it('has the same key material as its client', async () => {
    const { port, open } = await serving();
    const client = await connected(wish(port));
    await soon(() => open.length === 1);
    const about = Uint8Array.of(0, 0, 0, 15, 0);
    expect(open[0]!.exportKey('EXPORTER-a', about, 32)).to.deep.equal(client.exportKey('EXPORTER-a', about, 32));
  });

  it('closes connections that are too many, not admitted, silent, of another protocol, or no TLS', async () => {
    const few = await serving({ connections: 1 });
    await connected(wish(few.port));
    expect(await fault(wish(few.port))).to.match(/^TH_NET_/);
    expect(few.refused).to.deep.equal(['full']);
    const none = await serving({ admits: () => false });
    expect(await fault(wish(none.port))).to.match(/^TH_NET_/);
    expect(none.refused).to.deep.equal(['not-admitted']);
    const { port, refused, open } = await serving();
    expect(await fault(wish(port, { protocol: 'y' }))).to.match(/does not speak y/);
    const { connect } = await import('node:net');
    for (const talk of ['', 'GET / HTTP/1.0\r\n\r\n']) {
      const socket = connect(port, HOST);
      socket.on('error', () => {});
      undo.push(() => socket.destroy());
      socket.write(talk);
    }
    await soon(() => refused.length === 3);
    expect(refused).to.deep.equal(['handshake', 'handshake', 'late']);
    expect(open).to.have.length(0);
  });

  it('gives the place of a connection that hangs to a new one when all places are taken', async () => {
    const { port, refused } = await serving({ connections: 2, handshakeNs: 60e9 });
    const { connect } = await import('node:net');
    for (let i = 0; i < 2; i++) {
      const silent = connect(port, HOST);
      undo.push(() => silent.destroy());
      await once(silent, 'connect');
    }
    let tries = 0;
    while ((await fault(wish(port))) !== 'none') tries++;
    expect(tries).to.be.above(0);
    expect(refused.filter((why) => why === 'late')).to.have.length(1);
    expect(refused.filter((why) => why === 'full')).to.have.length(tries);
  });

  it('says why a handshake failed', async () => {
    const { server, port } = await serving();
    const reasons: string[] = [];
    server.onRefused((_, from, reason) => reasons.push(`${from.address}: ${reason}`));
    const { connect } = await import('node:net');
    const ends: readonly [string, RegExp][] = [
      ['GET / HTTP/1.0\r\n\r\n', /^127\.0\.0\.1: it does not speak TLS$/],
      ['', /: it closed the connection during the handshake$/],
    ];
    for (const [i, [text, reason]] of ends.entries()) {
      const socket = connect(port, HOST).on('error', () => {});
      socket.end(text);
      await soon(() => reasons.length > i);
      expect(reasons[i]).to.match(reason);
    }
  });

  it('refuses a client without TLS 1.3 or without a protocol (E1)', async () => {
    const { port, refused, open } = await serving();
    for (const options of [{ maxVersion: 'TLSv1.2', ALPNProtocols: ['x/1'] }, { ALPNProtocols: [] }] as const) {
      const socket = connectRaw({ host: HOST, port, ca: authority.certificate, ...options });
      undo.push(() => socket.destroy());
      await new Promise<void>((resolve) => {
        socket.on('error', () => {});
        socket.on('close', () => resolve());
      });
    }
    await soon(() => refused.length === 2);
    expect(refused).to.deep.equal(['handshake', 'handshake']);
    expect(open).to.have.length(0);
  });

  it('resumes no session, so no client can send early data (E2)', async () => {
    const { port } = await serving();
    const connection = async (session?: Buffer) => {
      const options = {
        host: HOST,
        port,
        ca: authority.certificate,
        ALPNProtocols: ['x/1'],
        ...(session && { session }),
      };
      const socket = connectRaw(options);
      let given: Buffer | undefined;
      socket.on('session', (octets) => {
        given = octets;
      });
      // A session would come before the first octet of the application.
      const echoed = new Promise((resolve) => socket.once('data', resolve));
      socket.write('x');
      await echoed;
      const isReused = socket.isSessionReused();
      socket.destroy();
      return { given, isReused };
    };
    const { given } = await connection();
    expect((await connection(given)).isReused).to.equal(false);
  });

  it('knows the clients that have a certificate of its authorities, and takes the others, too', async () => {
    const pools = new Authority('Pools');
    const identity = authority.issue({ name: HOST });
    const { server, port, open } = await serving({ connections: 8 });
    const trusted: boolean[] = [];
    const ask = async (client: Partial<Certified> = {}): Promise<void> => {
      const { certificate: cert, key } = client;
      const ca = authority.certificate;
      const socket = connectRaw({ host: HOST, port, ca, ALPNProtocols: ['x/1'], ...(cert && key && { cert, key }) });
      undo.push(() => socket.destroy());
      const count = open.length;
      await soon(() => open.length > count);
      trusted.push(open.at(-1)!.isTrusted);
    };
    await ask(pools.issue({ name: 'pool.example' }));
    server.use({ ...identity, clientAuthorities: pools.certificate });
    await ask(pools.issue({ name: 'pool.example' }));
    await ask();
    await ask(new Authority('Stranger').issue({ name: 'pool.example' }));
    await ask(pools.issue({ name: 'pool.example', fromDays: -9, untilDays: -1 }));
    expect(trusted).to.deep.equal([false, true, false, false, false]);
  });

  it('gives new connections a new certificate, keeps open ones, and keeps the old one if the new one is bad', async () => {
    const { server, port } = await serving();
    const client = await connected(wish(port));
    server.use(authority.issue({ name: 'new.example' }));
    expect(() => server.use({ certificate: 'x', key: 'y' })).to.throw('cannot be used');
    expect(await fault(wish(port))).to.match(/is not for/);
    expect(await fault(wish(port, { name: 'new.example' }))).to.equal('none');
    const heard = new Promise<string>((resolve) => client.onData((chunk) => resolve(Buffer.from(chunk).toString())));
    client.write(Buffer.from('still'));
    expect(await heard).to.equal('still');
  });
});
