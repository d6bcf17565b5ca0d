import { expect } from 'chai';
import { BUILT_AT, HubError, type SourceState } from 'timehub/api';
import { HEADER_OCTETS, toNtpTime } from 'timehub/protocol/ntp';
import { KE_RECORD, NTS_FIELD, record, writeKeMessage } from 'timehub/protocol/nts';
import source from './nts-source.js';
import { sourceContext } from './testing/contexts.js';
import { NtsServer } from './testing/nts-server.js';
import { kiss, server, silence } from './testing/server.js';
import { NtpWorld, type ResponderLink } from './testing/world.js';

const S = 1e9;
const ADDRESS = '192.0.2.9';
const OTHER = '192.0.2.10';
const DAY_NS = 86_400_000_000_000n;

interface Wishes {
  readonly options?: Record<string, unknown>;
  readonly remembered?: unknown;
  readonly voteState?: () => SourceState;
  readonly prepare?: (nts: NtsServer, world: NtpWorld) => void;
}

async function asking({ options = {}, remembered, voteState, prepare }: Wishes = {}) {
  const world = new NtpWorld();
  if (voteState !== undefined) world.voteState = voteState;
  const nts = new NtsServer(world);
  const link: ResponderLink = { upNs: 1e6, downNs: 1e6, respond: nts.respond(server()) };
  world.links.set(`${ADDRESS}|123`, link);
  world.names.set('nts.example', [ADDRESS, OTHER]);
  prepare?.(nts, world);
  const checked = await source.config['~standard'].validate({ address: 'nts.example', ...options });
  if (checked.issues !== undefined) throw new Error(JSON.stringify(checked.issues));
  const context = sourceContext(world, 'nts.test', remembered);
  const running = source.create(checked.value, context);
  await running.start();
  const last = (): string | undefined => context.record.unreachable.at(-1);
  return { world, nts, link, running, record: context.record, last };
}

describe('source.nts', () => {
  it('exchanges keys by name, then polls the same address with NTS, and says that it is authenticated', async () => {
    const { world, nts, record, running } = await asking();
    await world.pass(10 * S);
    expect(nts.asked[0]).to.deep.include({
      name: 'nts.example',
      protocol: 'ntske/1',
      to: { address: ADDRESS, port: 4460 },
    });
    expect(record.claims[0]).to.include({ authenticated: true, synchronised: true, address: `${ADDRESS}:123` });
    expect(record.handedOver.length).to.be.above(3);
    expect(running.inspect!()).to.include({ keyExchange: 'nts.example:4460', cipher: 'AES-SIV-CMAC-256', cookies: 8 });
    expect(nts.exchanges).to.equal(1);
  });

  it('sends nothing but requests with an authenticator: no key exchange, no packet', async () => {
    const { world, nts } = await asking({ prepare: (server) => (server.refusal = 'the certificate of X has expired') });
    await world.pass(600 * S);
    expect(world.sentOctets).to.have.length(0);
    nts.refusal = '';
    await world.pass(3600 * S);
    expect(world.sentOctets.length).to.be.above(2);
    for (const packet of world.sentOctets) {
      expect(packet.length).to.be.above(HEADER_OCTETS);
      expect([...packet.subarray(HEADER_OCTETS, HEADER_OCTETS + 2)]).to.deep.equal([NTS_FIELD.identifier >> 8, 4]);
    }
  });

  it('never falls back to plain NTP when the server answers without NTS (F11)', async () => {
    const { world, nts, link, record, last } = await asking();
    link.respond = server();
    await world.pass(3000 * S);
    expect(record.handedOver).to.have.length(0);
    expect(last()).to.match(
      /are not authenticated by the keys of NTS|is not authenticated by the keys of NTS|new keys/,
    );
    expect(nts.exchanges).to.be.within(2, 12);
  });

  for (const [what, set, reason] of [
    [
      'the certificate is refused',
      (nts: NtsServer) => (nts.refusal = 'the certificate of X is not for nts.example'),
      /^the certificate of X is not for nts\.example; tried again in/,
    ],
    [
      'it is refused',
      (nts: NtsServer) => (nts.answer = writeKeMessage([record(KE_RECORD.error, [1])])),
      /refuses: it calls the request malformed; tried again in/,
    ],
    [
      'no cipher is in common',
      (nts: NtsServer) => (nts.answer = writeKeMessage([record(1, [0]), record(4, [])])),
      /has none of the ciphers AES-SIV-CMAC-256, AES-128-GCM-SIV; tried/,
    ],
    [
      'the server stalls',
      (nts: NtsServer) => (nts.answer = new Uint8Array(0)),
      /did not complete its answer in 5 s; tried/,
    ],
    [
      'the server closes early',
      (nts: NtsServer) => (nts.closesEarly = true),
      /closed the connection before its answer was complete; tried/,
    ],
    [
      'the answer is too long',
      (nts: NtsServer) => (nts.answer = new Uint8Array(70_000)),
      /sends an answer of more than 64 KiB; tried/,
    ],
  ] as const)
    it(`says one clear reason, and reports no time, when ${what}`, async () => {
      const { world, record, last } = await asking({ prepare: (nts) => void set(nts) });
      await world.pass(30 * S);
      expect(last()).to.match(reason);
      expect(record.health.at(-1)).to.deep.include({ state: 'degraded' });
      expect(record.claims).to.have.length(0);
    });

  it('waits longer after each failure (E13)', async () => {
    const { world, nts } = await asking({ prepare: (server) => (server.refusal = 'no') });
    const attempts = async (seconds: number) => {
      const before = nts.asked.length;
      await world.pass(seconds * S);
      return (nts.asked.length - before) / 2;
    };
    expect(await attempts(100)).to.be.within(3, 4);
    expect(await attempts(1000)).to.be.within(2, 4);
    expect(await attempts(100_000)).to.be.below(9);
  });

  it('tries the other addresses of the name, and stays with the one that works', async () => {
    const { world, nts } = await asking({
      prepare: (server, where) => {
        const right = where.tls;
        where.names.set('nts.example', ['2001:db8::1', OTHER, ADDRESS]);
        where.tls = async (options) => {
          if (options.to.address === ADDRESS) return right(options);
          server.asked.push(options);
          throw new HubError('TH_NET_CONNECT', `cannot connect to ${options.to.address}`);
        };
      },
    });
    await world.pass(2 * S);
    expect(nts.asked.map(({ to }) => to.address)).to.deep.equal(['2001:db8::1', OTHER, ADDRESS]);
    expect(nts.exchanges).to.equal(1);
  });

  it('asks the NTP server that the key exchange names', async () => {
    const { world, record } = await asking({
      prepare: (nts, where) => {
        nts.place = { host: OTHER, port: 11123 };
        where.links.set(`${OTHER}|11123`, { upNs: 1e6, downNs: 1e6, respond: nts.respond(server()) });
      },
    });
    await world.pass(10 * S);
    expect(record.claims[0]).to.include({ address: `${OTHER}:11123`, synchronised: true });
  });

  it('ignores an unauthenticated kiss of death, and obeys an authenticated one (D10)', async () => {
    const { world, nts, link, record } = await asking();
    await world.pass(5 * S);
    link.respond = kiss('DENY');
    await world.pass(200 * S);
    expect(record.unreachable.join()).not.to.include('DENY');
    link.respond = nts.respond(kiss('DENY'));
    await world.pass(700 * S);
    expect(record.unreachable.join()).to.include('refuses to serve this machine (kiss of death DENY)');
  });

  it('exchanges keys again when the server has lost its own (NTSN), after one more request', async () => {
    const { world, nts, record } = await asking();
    await world.pass(200 * S);
    const before = record.handedOver.length;
    nts.cookieKeys = nts.freshKeys();
    await world.pass(300 * S);
    expect(nts.exchanges).to.equal(2);
    expect(record.handedOver.length).to.be.above(before);
  });

  it('exchanges keys again when eight requests have got no reply, and is unreachable meanwhile', async () => {
    const { world, nts, link, record } = await asking();
    await world.pass(200 * S);
    link.respond = silence;
    await world.pass(8000 * S);
    expect(nts.exchanges).to.be.within(2, 5);
    expect(record.unreachable.at(-1)).to.match(/no reply|keys/);
    link.respond = nts.respond(server());
    const before = record.handedOver.length;
    await world.pass(3000 * S);
    expect(record.handedOver.length).to.be.above(before);
  });

  it('exchanges keys again after four weeks', async () => {
    const { world, nts } = await asking({ options: { 'poll-min': '2h', 'poll-max': '2h' } });
    await world.pass(27 * 86_400 * S);
    expect(nts.exchanges).to.equal(1);
    await world.pass(2 * 86_400 * S);
    expect(nts.exchanges).to.equal(2);
  });

  describe('on a machine whose clock may be wrong', () => {
    let state: SourceState = 'warming';
    beforeEach(() => {
      state = 'warming';
    });
    const wrong = (over: Wishes = {}) => asking({ voteState: () => state, ...over });

    it('has certificates judged at the build of the program or the last saved time, whichever is later', async () => {
      const built = await wrong();
      await built.world.pass(1 * S);
      expect(built.nts.asked[0]!.notBefore).to.equal(BUILT_AT);
      const time = Number(BUILT_AT / 1_000_000_000n) + 5000;
      const saved = await wrong({ remembered: { time } });
      await saved.world.pass(1 * S);
      expect(saved.nts.asked[0]!.notBefore).to.equal(BigInt(time) * 1_000_000_000n);
      for (const remembered of [{ time: -1 }, { time: 'x' }, { time: 1e300 }, 7, null]) {
        const odd = await wrong({ remembered });
        await odd.world.pass(1 * S);
        expect(odd.nts.asked[0]!.notBefore).to.equal(BUILT_AT);
      }
    });

    it('says that the certificate is accepted for now, until the vote has confirmed the time, and saves that', async () => {
      const { world, record, running } = await wrong();
      await world.pass(3 * S);
      expect(record.handedOver.length).to.be.above(0);
      expect(record.health.at(-1)!.reason).to.match(/^the certificate is accepted for now, judged at 20\d\d-\d\d-\d\d/);
      expect(running.inspect!()).to.include({ provisional: true });
      expect(record.remembered).to.have.length(0);
      state = 'combined';
      await world.pass(300 * S);
      expect(running.inspect!()).to.include({ provisional: false });
      expect(record.health.at(-1)!.reason).not.to.include('for now');
      expect((record.remembered.at(-1) as { time: number }).time * 1e9).to.be.closeTo(Number(world.trueTime), 300e9);
    });

    it('reports no time of a server whose certificate is not valid at the time that it states', async () => {
      const { world, record, last } = await wrong({
        prepare: (nts, { trueTime }) => {
          nts.certificate = {
            judgedAt: trueTime,
            validFrom: trueTime - 90n * DAY_NS,
            validUntil: trueTime - 60n * DAY_NS,
          };
        },
      });
      await world.pass(600 * S);
      expect(record.handedOver).to.have.length(0);
      expect(last()).to.match(
        /^the server says that it is 2026-11-21, when its certificate is not valid \(from 2026-08/,
      );
    });

    it('demands a certificate that is valid now, once the time is known', async () => {
      const { world, nts } = await wrong({ options: { 'poll-min': '2h', 'poll-max': '2h' } });
      state = 'combined';
      await world.pass(29 * 86_400 * S);
      expect(nts.asked.at(-1)!.notBefore).to.equal(undefined);
    });
  });

  it('exchanges keys at another address once the name has left the old one, which still answers (refresh)', async () => {
    const { world, nts, record } = await asking({ options: { refresh: '1h' } });
    await world.pass(60 * S);
    world.links.set(`${OTHER}|123`, { upNs: 1e6, downNs: 1e6, respond: nts.respond(server()) });
    world.names.set('nts.example', [OTHER, ADDRESS]);
    await world.pass(3700 * S);
    expect(nts.exchanges).to.equal(1);
    world.names.set('nts.example', [OTHER]);
    await world.pass(3700 * S);
    expect(nts.exchanges).to.equal(2);
    expect(record.claims.at(-1)).to.include({ address: `${OTHER}:123`, authenticated: true });
  });

  it('asks in the interleaved mode if it should: every other request fetches a transmit stamp, and each has a cookie', async () => {
    const received: bigint[] = [];
    const { world, link, nts, record, running } = await asking({ options: { interleaved: true } });
    link.respond = nts.respond(
      server((asked) => {
        const isKnown = asked.origin !== 0n && asked.origin === received.at(-1);
        const now = toNtpTime(world.trueTime);
        const last = received.at(-1)!;
        received.push(now | 1n);
        return isKnown ? { origin: asked.receive, receive: now | 1n, transmit: last + 20_000n } : { receive: now | 1n };
      }),
    );
    await world.pass(60 * S);
    expect(running.inspect!()).to.include({ exchangeMode: 'interleaved', cookies: 8 });
    expect(running.inspect!().interleaved).to.be.above(3);
    expect(record.claims.at(-1)).to.include({ authenticated: true, synchronised: true });
    expect(record.handedOver.length).to.be.above(3);
    expect(nts.exchanges).to.equal(1);
  });
});
