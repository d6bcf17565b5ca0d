import { expect } from 'chai';
import { NS_PER_S } from 'timehub/api';
import {
  Exchange,
  eraOf,
  evaluateV5,
  HEADER_OCTETS,
  ReferenceIdFilter,
  referenceIdOfAddress,
  requestV5,
  respond,
  respondV5,
  toNtpTime,
  VERSION_5,
  type Verdict,
  writeHeader,
} from 'timehub/protocol/ntp';
import { sharedReferenceIds } from './reference-ids.js';
import sink from './sink.js';
import source from './source.js';
import { sinkContext, sourceContext } from './testing/contexts.js';
import { server } from './testing/server.js';
import { virtualWorkers } from './testing/workers.js';
import { NtpWorld, type Responder, stateOf } from './testing/world.js';

const ADDRESS = '192.0.2.9';
const S = NS_PER_S;
const CLIENT = { address: '198.51.100.7', port: 40_123 };

/** A server of the hub at the far end of the client's network: a pure function of its requests. */
async function hubServer(options: Record<string, unknown> = {}, over: Parameters<typeof stateOf>[1] = {}) {
  const world = new NtpWorld();
  const own = '127.0.0.1';
  const checked = await sink.config['~standard'].validate({ listen: `${own}:11123`, versions: [3, 4, 5], ...options });
  if (checked.issues !== undefined) throw new Error(JSON.stringify(checked.issues));
  const context: ReturnType<typeof sinkContext> = {
    ...sinkContext(world, stateOf(world, over)),
    workers: (asked) => virtualWorkers(context, asked),
  };
  const running = sink.create(checked.value, context);
  await running.start();
  const ask = async (request: Uint8Array): Promise<Uint8Array | undefined> => {
    let reply: Uint8Array | undefined;
    const respond = (octets: Uint8Array): undefined => {
      reply = octets.slice();
    };
    world.links.set(`${CLIENT.address}|${CLIENT.port}`, { upNs: 0, downNs: 0, respond });
    world.inject({ address: own, port: 11123 }, request, CLIENT);
    await world.pass(1e6);
    return reply;
  };
  return { world, context, running, ask };
}

async function asking(options: Record<string, unknown>, respond: Responder) {
  const world = new NtpWorld();
  world.links.set(`${ADDRESS}|123`, { upNs: 1e6, downNs: 1e6, respond });
  const checked = await source.config['~standard'].validate({ address: ADDRESS, 'poll-min': '4s', ...options });
  if (checked.issues !== undefined) throw new Error(JSON.stringify(checked.issues));
  const context = sourceContext(world);
  const running = source.create(checked.value, context);
  await running.start();
  const versions = (): readonly number[] => world.sentOctets.map((octets) => (octets[0]! >> 3) & 7);
  return { world, context, running, record: context.record, versions };
}

/** A server of NTPv5 whose replies are made at once, by the same code as in a worker; `at` is its time. */
function v5Responder(over: (reply: Uint8Array) => void = () => {}): Responder {
  const header = new Uint8Array(HEADER_OCTETS);
  return (request, at) => {
    const time = toNtpTime(at);
    const words = { seconds: Number(time >> 32n), fraction: Number(time & 0xffff_ffffn) };
    writeHeader(
      {
        ...{ leap: 'none', version: 4, mode: 4, stratum: 1, pollLog2: 0, precisionLog2: -25, refid: 0x47505300 },
        ...{
          rootDelayNs: 0,
          rootDispersionNs: 1000,
          reference: time - (5n << 32n),
          origin: 0n,
          receive: 0n,
          transmit: 0n,
        },
      },
      header,
    );
    const context = {
      ...{ header, versions: 0b111000, admission: 'serve' as const, clientPort: 40_000 },
      ...{ receiveSeconds: words.seconds, receiveFraction: words.fraction },
      ...{ transmitSeconds: words.seconds, transmitFraction: words.fraction },
      ...{ receiveEra: eraOf(Number(at / 1_000_000_000n)), rootDelayNs: 0, rootDispersionNs: 1000, isSmeared: false },
      filter: new Uint8Array(512),
    };
    const reply = new Uint8Array(request.length);
    const isV5 = ((request[0]! >> 3) & 7) === VERSION_5;
    const octets = (isV5 ? respondV5 : respond)(request, request.length, context, reply);
    if (typeof octets === 'string') return undefined;
    if (isV5) over(reply);
    return reply.subarray(0, octets);
  };
}

describe('source.ntp with NTPv5', () => {
  it('version = 5: measures by requests of one length, without a reference', async () => {
    const { world, record, versions, running } = await asking({ version: 5 }, v5Responder());
    await world.pass(30 * S);
    expect(new Set(versions())).to.deep.equal(new Set([5]));
    expect(new Set(world.sentOctets.map(({ length }) => length)).size).to.equal(1);
    expect(record.claims.at(-1)).to.include({ synchronised: true, stratum: 1, address: `${ADDRESS}:123` });
    expect(record.claims.at(-1)).not.to.have.property('reference');
    const legs = record.handedOver.at(-1)!;
    expect(legs).to.have.length(2);
    expect(running.inspect!()).to.include({ version: 5 });
    expect(running.inspect!().offsetNs).to.be.closeTo(0, 2000);
  });

  it('version = "auto": changes to NTPv5 with a server that speaks it, and stays with NTPv4 otherwise (G4)', async () => {
    const able = await asking({ version: 'auto' }, v5Responder());
    await able.world.pass(60 * S);
    expect(able.versions().slice(0, 3)).to.deep.equal([4, 5, 5]);
    expect(able.record.handedOver.length).to.equal(able.versions().length);
    const unable = await asking({ version: 'auto' }, server());
    await unable.world.pass(300 * S);
    expect(new Set(unable.versions())).to.deep.equal(new Set([4]));
    const probed = unable.world.sentOctets.filter((octets) => octets[16] === 0x4e).length;
    expect(probed).to.equal(8);
    expect(unable.record.handedOver.length).to.be.above(20);
  });

  it('version = "auto": falls back to NTPv4 where packets of NTPv5 are lost, for good', async () => {
    const speak = v5Responder();
    const lossy: Responder = (request, at, from) =>
      ((request[0]! >> 3) & 7) === 5 ? undefined : speak(request, at, from);
    const { world, versions, record } = await asking({ version: 'auto' }, lossy);
    await world.pass(300 * S);
    expect(versions().filter((version) => version === 5)).to.have.length(2);
    expect(versions().slice(0, 4)).to.deep.equal([4, 5, 5, 4]);
    expect(record.claims.at(-1)).to.include({ synchronised: true });
  });

  it('reports which draft is missing when a server of another draft answers (G3)', async () => {
    const { world, record } = await asking(
      { version: 5 },
      v5Responder((reply) => (reply[74] = 0x38)),
    );
    await world.pass(60 * S);
    expect(record.handedOver).to.deep.equal([]);
    expect(record.unreachable.at(-1)).to.contain('are of another draft of NTPv5, or name none');
  });

  it('asks no more often than the server permits, and again as before when it permits more (G6)', async () => {
    let pollLog2 = 7;
    const { world, versions } = await asking(
      { version: 5, iburst: false },
      v5Responder((reply) => (reply[2] = Math.max(pollLog2, reply[2]!))),
    );
    await world.pass(1280 * S);
    expect(versions().length).to.be.within(9, 12);
    pollLog2 = 0;
    const before = versions().length;
    await world.pass(1280 * S);
    expect(versions().length - before).to.be.above(50);
  });

  it('does not believe a server that follows this hub over other machines (G7), and believes it again afterwards', async () => {
    const filter = new Uint8Array(512);
    let place = 0;
    const speak = v5Responder((reply) => reply.set(filter.subarray(place, place + 64), 80));
    const respond: Responder = (request, at, from) => {
      place = (request[80]! << 8) | request[81]!;
      return speak(request, at, from);
    };
    const { world, record, context } = await asking({ version: 5 }, respond);
    await world.pass(100 * S);
    expect(record.claims.at(-1)).to.include({ synchronised: true });
    filter.set(sharedReferenceIds(context).served([]));
    await world.pass(200 * S);
    expect(record.claims.at(-1)).to.deep.include({
      synchronised: false,
      flaw: 'the server follows this hub, directly or over other servers (reference ID of NTPv5)',
    });
    filter.fill(0);
    await world.pass(200 * S);
    expect(record.claims.at(-1)).to.include({ synchronised: true });
  });

  for (const options of [{ key: 1 }, { interleaved: true }] as const)
    it(`is refused together with ${Object.keys(options)[0]}`, async () => {
      for (const version of [5, 'auto'])
        expect(
          (await source.config['~standard'].validate({ address: ADDRESS, version, ...options })).issues?.[0]?.message,
        ).to.equal('4 where key or interleaved is set');
    });
});

describe('the reference IDs of a hub', () => {
  it('are its own, and those of the servers that it follows: of NTPv5 by their filters, others by their addresses', async () => {
    const { context } = await asking({ version: 4 }, server());
    const ids = sharedReferenceIds(context);
    const [far, near] = ['192.0.2.77', ADDRESS].map((address) => referenceIdOfAddress(address)!);
    const heard = new ReferenceIdFilter();
    heard.add(far!);
    ids.learn('ntp.a', heard);
    ids.learnAddress('ntp.b', ADDRESS);
    const has = (followed: readonly string[]) => {
      const filter = new ReferenceIdFilter(ids.served(followed));
      return [ids.own, far!, near!].map((id) => filter.has(id));
    };
    expect(has([])).to.deep.equal([true, false, false]);
    expect(has(['ntp.a'])).to.deep.equal([true, true, false]);
    expect(has(['ntp.a', 'ntp.b'])).to.deep.equal([true, true, true]);
    ids.learn('ntp.a', undefined);
    expect(has(['ntp.a', 'ntp.b'])).to.deep.equal([true, false, true]);
  });
});

for (const [path, threads] of [
  ['in line', 0],
  ['by a worker', 1],
] as const)
  describe(`sink.ntp with NTPv5, ${path}`, () => {
    const request = (filterAt = 0): Uint8Array =>
      requestV5(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), { pollLog2: 6, filterAt });
    const judge = (reply: Uint8Array | undefined, asked: Uint8Array): Verdict => evaluateV5(reply!, asked);

    it('serves the corrected time with the hub’s own reference ID, by a reply as long as the request (G8)', async () => {
      const { ask, world, context } = await hubServer({ threads });
      world.offsetNs = 41_000_000n;
      const parts = new Uint8Array(512);
      for (let at = 0; at < 512; at += 64) {
        const asked = request(at);
        const reply = (await ask(asked))!;
        expect(reply).to.have.length(asked.length);
        const verdict = judge(reply, asked);
        if (verdict.kind !== 'answer') throw new Error(verdict.kind);
        expect(verdict.answer.transmit >= verdict.answer.receive).to.equal(true);
        parts.set(verdict.answer.filterPart!, at);
      }
      expect(parts).to.deep.equal(sharedReferenceIds(context).served([]));
    });

    it('is silent to NTPv5 without version 5 in its list (A2)', async () => {
      const { ask } = await hubServer({ threads, versions: [3, 4] });
      expect(await ask(request())).to.equal(undefined);
    });

    it('answers denied and limited clients by a refusal of NTPv5 (G5)', async () => {
      const asked = request();
      const denying = await hubServer({ threads, deny: ['all'], 'on-deny': 'kiss' });
      expect(judge(await denying.ask(asked), asked)).to.deep.equal({ kind: 'kiss', code: 'DENY' });
      const limiting = await hubServer({ threads, 'rate-limit': { interval: '1h', burst: 1 } });
      expect(judge(await limiting.ask(asked), asked).kind).to.equal('answer');
      expect(judge(await limiting.ask(asked), asked)).to.deep.equal({ kind: 'kiss', code: 'RATE' });
      expect(limiting.running.inspect!()).to.include({ replies: 1, kisses: 1 });
      expect([...limiting.running.clients!()][0]).to.include({ requests: 2 });
    });

    it('says to a client of NTPv4 that asks that it speaks NTPv5, and answers others of NTPv4 as before (G4)', async () => {
      for (const [versions, speaksV5] of [
        [[3, 4, 5], true],
        [[3, 4], false],
      ] as const) {
        const { ask } = await hubServer({ threads, versions });
        for (const probesV5 of [true, false]) {
          const exchange = new Exchange(Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1), { probesV5 });
          const verdict = exchange.judge((await ask(exchange.request))!);
          if (verdict.kind !== 'answer') throw new Error(verdict.kind);
          expect(verdict.answer.speaksV5).to.equal(speaksV5 && probesV5);
        }
      }
    });
  });
