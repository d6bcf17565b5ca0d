import { createHmac } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Endpoint, TlsConnection, TlsIdentity, TlsRefusal, TlsServer, TlsServerOptions } from 'timehub/api';
import { readTrailer, request } from 'timehub/protocol/ntp';
import { exportNtsKeys, judgeKeAnswer, KeReader, type KeRecord, keRequest, NtsSession } from 'timehub/protocol/nts';
import sink from '../sink.js';
import { sinkContext } from './contexts.js';
import { NtpWorld, stateOf } from './world.js';

export const US = { address: '127.0.0.1', port: 11123 };
export const CLIENT = { address: '198.51.100.7', port: 40123 };
const exporter = (label: string, about: Uint8Array, octets: number): Uint8Array =>
  Uint8Array.from(createHmac('sha512', label).update(about).digest().subarray(0, octets));

let folder = '';
/** Returns the path of a file in the folder of the present test. */
export const inFolder = (name: string): string => join(folder, name);

/** Gives each test of the suite in which it is called a folder with a certificate and a key. */
export function useFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-nts-'));
    write('cert.pem', 'certificate 1');
    write('key.pem', 'key 1');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
}

/** Writes a file into the folder. Returns its path. */
export function write(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const exchange = () => ({ certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') });

/** An NTP server with NTS that runs: `nts`, its table; `over`: parts of the time state. */
export async function serving(
  nts: Record<string, unknown> = {},
  over: Parameters<typeof stateOf>[1] = {},
  world = new NtpWorld(),
) {
  const tls: {
    options?: TlsServerOptions;
    identities: TlsIdentity[];
    connect?: (c: TlsConnection) => void;
    refused?: (why: TlsRefusal, from: Endpoint, reason: string) => void;
    closed: boolean;
  } = {
    identities: [],
    closed: false,
  };
  world.tlsServer = async (options): Promise<TlsServer> => {
    tls.options = options;
    tls.identities.push(options.identity);
    return {
      local: { address: options.address, port: options.port },
      onConnection: (handler) => {
        tls.connect = handler;
      },
      onRefused: (handler) => {
        tls.refused = handler;
      },
      use: (identity) => void tls.identities.push(identity),
      close: () => {
        tls.closed = true;
      },
    };
  };
  const checked = await sink.config['~standard'].validate({
    listen: '127.0.0.1:11123',
    nts: { ...exchange(), ...nts },
  });
  if (checked.issues !== undefined) throw new Error(checked.issues.map(({ message }) => message).join('; '));
  const context = sinkContext(world, stateOf(world, over));
  const running = sink.create(checked.value, context);
  await running.start();
  const ask = async (packet: Uint8Array): Promise<Uint8Array | undefined> => {
    const replies: Uint8Array[] = [];
    const respond = (reply: Uint8Array): undefined => void replies.push(reply.slice());
    world.links.set(`${CLIENT.address}|${CLIENT.port}`, { upNs: 0, downNs: 0, respond });
    world.inject(US, packet, CLIENT);
    await world.pass(1e6);
    return replies[0];
  };
  const connect = (from: Endpoint = CLIENT, isTrusted = false) => {
    if (!tls.options!.admits(from)) throw new Error('not admitted');
    const state = {
      sent: [] as Uint8Array[],
      ended: false,
      closed: false,
      onData: (_: Uint8Array) => {},
      onClose: () => {},
    };
    const connection: TlsConnection = {
      peer: from,
      isTrusted,
      write: (octets) => void state.sent.push(octets),
      end: (octets) => {
        if (octets !== undefined) state.sent.push(octets);
        state.ended = true;
      },
      exportKey: exporter,
      onData: (handler) => {
        state.onData = handler;
      },
      onClose: (handler) => {
        state.onClose = () => handler();
      },
      close: () => {
        state.closed = true;
        state.onClose();
      },
    };
    tls.connect!(connection);
    return state;
  };
  const exchangeKeys = (octets = keRequest(), isTrusted = false): readonly KeRecord[] => {
    const client = connect(CLIENT, isTrusted);
    client.onData(octets);
    client.onClose();
    const reader = new KeReader(65_536);
    expect(reader.push(client.sent[0]!)).to.equal('complete');
    return reader.records;
  };
  const session = (): NtsSession => {
    const verdict = judgeKeAnswer(exchangeKeys());
    if ('fault' in verdict) throw new Error(verdict.fault);
    const { cipher, compliant, cookies } = verdict.agreement;
    return new NtsSession({
      keys: exportNtsKeys(cipher, compliant, exporter),
      cookies,
      random: (n) => world.random(n),
    });
  };
  return { world, context, running, tls, ask, connect, exchangeKeys, session };
}

/** Sends a request of the session. Returns the fault of its reply; undefined: authentic. */
export async function faultOf(
  session: NtsSession,
  { ask, world }: Pick<Awaited<ReturnType<typeof serving>>, 'ask' | 'world'>,
) {
  const asked = session.next()!;
  const packet = asked.seal(request(world.random(8)));
  const reply = await ask(packet);
  if (reply === undefined) return 'silence';
  expect(reply.length).to.be.at.most(packet.length);
  return asked.faultOf(reply, readTrailer(reply, reply.length, 4)!);
}
