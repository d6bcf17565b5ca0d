import { createHmac } from 'node:crypto';
import { HubError, type Instant, type TlsClient, type TlsOptions } from 'timehub/api';
import {
  answerKe,
  CookieKeySet,
  CookieSealer,
  fleetKeys,
  KE_RECORD,
  KeReader,
  type KeRecord,
  type KeServerOptions,
  type NtsKeys,
  protectReply,
  readNtsQuestion,
} from 'timehub/protocol/nts';
import type { NtpWorld, Responder } from './world.js';

const DAY_NS = 86_400_000_000_000n;

/** A key exchange server and an NTP server with NTS in a world of virtual time. */
export class NtsServer {
  readonly #world: NtpWorld;
  /** The TLS connections asked for, in order. */
  readonly asked: TlsOptions[] = [];
  /** A sentence: TLS fails with it. */
  refusal = '';
  /** Answer of the key exchange in place of its own; empty: none. */
  answer: Uint8Array | undefined;
  /** The peer closes the connection after the request, without an answer. */
  closesEarly = false;
  place: Pick<KeServerOptions, 'host' | 'port'> = {};
  /** Servers of a pool: each client gets the first one that it does not deny. Empty: it is no pool. */
  pool: readonly string[] = [];
  cookieKeys: CookieKeySet;
  certificate: Pick<TlsClient, 'judgedAt' | 'validFrom' | 'validUntil'>;
  /** Handshakes that succeeded. */
  exchanges = 0;

  constructor(world: NtpWorld) {
    this.#world = world;
    this.cookieKeys = this.freshKeys();
    const now = world.trueTime;
    this.certificate = { judgedAt: now, validFrom: now - 30n * DAY_NS, validUntil: now + 30n * DAY_NS };
    world.tls = (options) => this.#connect(options);
  }

  freshKeys(): CookieKeySet {
    return new CookieKeySet(fleetKeys([this.#world.random(32)], 20_000));
  }

  /** Returns a responder that answers with NTS only, by `plain`. */
  respond(plain: Responder): Responder {
    return (request, at: Instant, from) => {
      const keys = this.cookieKeys;
      const question = readNtsQuestion(request, request.length, keys);
      const header = plain(request, at, from);
      if (typeof question === 'string' || header === undefined) return undefined;
      const reply = new Uint8Array(2048);
      reply.set(header);
      const random = (octets: number) => this.#world.random(octets);
      return reply.slice(0, protectReply(request, request.length, question, { keys, random }, reply));
    };
  }

  #placeFor(records: readonly KeRecord[]): Pick<KeServerOptions, 'host' | 'port'> {
    if (this.pool.length === 0) return this.place;
    const denied = records
      .filter(({ type }) => type === KE_RECORD.serverDeny)
      .map(({ body }) => Buffer.from(body).toString('latin1'));
    return { host: this.pool.find((server) => !denied.includes(server)) ?? this.pool[0] };
  }

  async #connect(options: TlsOptions): Promise<TlsClient> {
    this.asked.push(options);
    if (this.refusal !== '') throw new HubError('TH_NET_CERTIFICATE', this.refusal);
    this.exchanges++;
    const session = this.#world.random(16);
    const exporter = (label: string, about: Uint8Array, octets: number): Uint8Array =>
      Uint8Array.from(createHmac('sha512', session).update(label).update(about).digest().subarray(0, octets));
    const reader = new KeReader(8192);
    let onData: (chunk: Uint8Array) => void = () => {};
    let onClose: (error?: Error) => void = () => {};
    const sealer = new CookieSealer((octets) => this.#world.random(octets));
    const cookies = (keys: NtsKeys, count: number) => sealer.seal(keys, this.cookieKeys.current, count);
    return {
      ...this.certificate,
      peer: options.to,
      isTrusted: true,
      exportKey: exporter,
      write: (octets) => {
        if (reader.push(octets) !== 'complete') return;
        if (this.closesEarly) this.#world.at(1e6, () => onClose(new Error('closed')));
        else {
          const answer =
            this.answer ?? answerKe(reader.records, exporter, { cookies, ...this.#placeFor(reader.records) }).octets;
          this.#world.at(1e6, () => onData(answer));
        }
      },
      end: () => {},
      close: () => {},
      onData: (handler) => {
        onData = handler;
      },
      onClose: (handler) => {
        onClose = handler;
      },
    };
  }
}
