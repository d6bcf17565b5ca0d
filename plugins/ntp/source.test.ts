import { expect } from 'chai';
import type { Leg } from 'timehub/api';
import { toNtpTime } from 'timehub/protocol/ntp';
import source from './source.js';
import { sourceContext } from './testing/contexts.js';
import { kiss, server, silence } from './testing/server.js';
import { NtpWorld, type Responder, type ResponderLink } from './testing/world.js';

const ADDRESS = '192.0.2.9';
const KEY = `${ADDRESS}|123`;

async function asking(options: Record<string, unknown> = {}, respond = server()) {
  const world = new NtpWorld();
  world.offsetNs = 41_000_000n;
  const link: ResponderLink = { upNs: 3e6, downNs: 1e6, respond };
  world.links.set(KEY, link);
  world.names.set('time.example', [ADDRESS, '192.0.2.10']);
  world.links.set('192.0.2.10|123', { upNs: 1e6, downNs: 1e6, respond: server({ stratum: 3, refid: 0x01020304 }) });
  const validated = await source.config['~standard'].validate({ address: ADDRESS, ...options });
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const context = sourceContext(world);
  const running = source.create(validated.value, context);
  await running.start();
  return { world, link, running, record: context.record };
}

const S = 1e9;

describe('source.ntp', () => {
  it('hands over the two legs of an exchange, with the stamps of the kernel and the claims of the server', async () => {
    const { world, record } = await asking();
    await world.pass(0.1 * S);
    const [outbound, inbound] = record.handedOver[0] as [Leg, Leg];
    expect(outbound).to.include({ kind: 'leg', direction: 'outbound', clock: 'system', stamp: 'kernel' });
    expect(outbound.transitNs).to.equal(41e6 + 3e6);
    expect(outbound.path).to.equal('');
    expect(outbound.monotonic).to.equal(20_000n);
    expect(inbound).to.include({ kind: 'leg', direction: 'inbound', stamp: 'kernel' });
    expect(inbound.transitNs).to.equal(-41e6 + 1e6);
    expect(inbound.monotonic).to.equal(4_020_000n);
    expect(inbound.noiseFloorNs).to.be.within(100, 10_000);
    expect(record.claims[0]).to.include({
      synchronised: true,
      stratum: 1,
      reference: 'GPS',
      leap: 'none',
      address: `${ADDRESS}:123`,
    });
  });

  it('uses a transmit stamp that comes after the reply', async () => {
    const { world, record } = await asking();
    world.stampAfterNs = 6e6;
    await world.pass(0.1 * S);
    expect(record.handedOver[0]![0]!.stamp).to.equal('kernel');
  });

  it('falls back to the stamp before the call when the kernel gives none, and marks it', async () => {
    const { world, record } = await asking();
    world.stampAfterNs = undefined;
    await world.pass(0.1 * S);
    const [outbound, inbound] = record.handedOver[0] as [Leg, Leg];
    expect(outbound.stamp).to.equal('user');
    expect(outbound.transitNs).to.equal(41e6 + 3e6 + 20e3);
    expect(outbound.noiseFloorNs).to.be.above(10 * inbound.noiseFloorNs);
    expect(inbound.stamp).to.equal('kernel');
  });

  it('asks from a new port each time and closes it (D5, RFC 9109)', async () => {
    const { world } = await asking();
    await world.pass(10 * S);
    const ports = world.sockets.map((socket) => socket.local.port);
    expect(ports.length).to.be.above(4);
    expect(new Set(ports).size).to.equal(ports.length);
    expect(world.sockets.every((socket) => socket.closed)).to.equal(true);
  });

  it('bursts at the start: three answers in 5 s, 16 in two minutes, then a poll each 64 s with 1 to 5 % of jitter (D14, D16)', async () => {
    const { world, record } = await asking();
    await world.pass(5 * S);
    expect(record.handedOver.length).to.be.at.least(3);
    await world.pass(115 * S);
    expect(record.handedOver.length).to.equal(16);
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const before = record.handedOver.length;
      while (record.handedOver.length === before) await world.pass(0.1 * S);
      times.push(Number(world.now) / S);
    }
    expect(times[1]! - times[0]!).to.be.within(64.5, 67.3);
    expect(times[2]! - times[1]!).to.be.within(64.5, 67.3);
  });

  it('asks at the interval that the hub advises, up to poll-max', async () => {
    const { world, running } = await asking({ 'poll-min': '1s', 'poll-max': '3s' });
    world.worthNs = 2.5 * S;
    await world.pass(60 * S);
    expect(running.inspect!()).to.include({ pollIntervalS: 2.5, reach: 8, reachRegister: '377' });
    world.worthNs = 1e3 * S;
    await world.pass(10 * S);
    expect(running.inspect!()).to.include({ pollIntervalS: 3 });
  });

  it('asks at once, and in quick succession, when the network has changed while the server cannot be reached (D20, ntpd-rs #1142)', async () => {
    const { world, link, record } = await asking();
    await world.pass(120 * S);
    const { respond } = link;
    link.respond = silence;
    await world.pass(1800 * S);
    expect(record.unreachable).to.have.length.above(0);
    link.respond = respond;
    world.own = ['192.0.2.200'];
    const before = record.handedOver.length;
    await world.pass(10 * S);
    expect(record.handedOver.length).to.be.above(before + 2);
  });

  it('looks a name up again at once when the network has changed', async () => {
    const { world, record } = await asking({ address: 'late.example' });
    await world.pass(600 * S);
    expect(record.handedOver).to.have.length(0);
    world.names.set('late.example', [ADDRESS]);
    world.own = ['192.0.2.200'];
    await world.pass(3 * S);
    expect(record.handedOver.length).to.be.above(0);
  });

  it('looks a name up every few seconds while the name server does not answer (D18)', async () => {
    const { world, record } = await asking({ address: 'late.example' });
    world.resolverIsDead = true;
    await world.pass(600 * S);
    world.resolverIsDead = false;
    world.names.set('late.example', [ADDRESS]);
    await world.pass(9 * S);
    expect(record.handedOver.length).to.be.above(0);
  });

  it('reports itself unreachable, with the reason, after four requests without a reply, and recovers by itself (D14)', async () => {
    const { world, link, record } = await asking({ 'poll-min': '8s' });
    await world.pass(30 * S);
    const { respond } = link;
    link.respond = silence;
    await world.pass(20 * S);
    expect(record.unreachable).to.deep.equal([]);
    await world.pass(40 * S);
    expect(record.unreachable[0]).to.match(/^no reply to 4 requests in \d\d s; the last reply came \d\d s ago$/);
    expect(record.health.at(-1)).to.deep.equal({ state: 'degraded', reason: record.unreachable[0] });
    const before = record.handedOver.length;
    link.respond = respond;
    await world.pass(40 * S);
    expect(record.handedOver.length).to.be.above(before);
    expect(record.health.at(-1)!.state).to.equal('ok');
    expect(record.health.length).to.equal(2);
  });

  it('names a refused port', async () => {
    const { world, record } = await asking({ 'poll-min': '1s' }, silence);
    const refuse = () => {
      const error = Object.assign(new Error('recvmsg'), { code: 'ECONNREFUSED' });
      for (const socket of world.sockets) socket.fail(error);
      world.at(0.1 * S, refuse);
    };
    world.at(0.1 * S, refuse);
    await world.pass(6 * S);
    expect(record.unreachable[0]).to.equal(`${ADDRESS}:123 refuses (ICMP port unreachable)`);
  });

  it('ignores an ICMP error when the reply still comes (D21)', async () => {
    const { world, record } = await asking();
    world.at(1e6, () => world.sockets[0]!.fail(new Error('ECONNREFUSED')));
    await world.pass(0.1 * S);
    expect(record.handedOver.length).to.equal(1);
  });

  it('reports no observation of an unsynchronised server, and the reason', async () => {
    const { world, record } = await asking({}, server({ leap: 'unknown', stratum: 0, refid: 0 }));
    await world.pass(5 * S);
    expect(record.handedOver).to.deep.equal([]);
    const flaw = 'the server says it is not synchronised (stratum 16)';
    expect(record.claims.at(-1)).to.include({ synchronised: false, stratum: 16, flaw });
    expect(record.health).to.deep.equal([{ state: 'degraded', reason: flaw }]);
  });

  it('claims the upstream of the server and when its clock was set, so that the hub can detect a loop (D13)', async () => {
    const { world, record } = await asking({}, server({ stratum: 3, refid: 0xc0000207 }));
    await world.pass(1 * S);
    const { reference, referenceTime } = record.claims[0]!;
    expect(reference).to.equal('192.0.2.7');
    expect(Number(world.trueTime - referenceTime!)).to.be.within(1 * S, 3 * S);
  });

  it('reports the transmit timestamp of each request, so that the hub recognises it at its own server', async () => {
    const { world, record } = await asking();
    await world.pass(1 * S);
    const { mark, offset } = record.asked[0]!;
    expect(offset).to.equal(40);
    expect(mark).to.deep.equal(world.sentOctets[0]!.slice(40, 48));
  });

  it('keeps a longer interval after RATE (D10)', async () => {
    const { world, link, running } = await asking({ 'poll-min': '4s', 'poll-max': '4s' }, kiss('RATE'));
    await world.pass(1 * S);
    expect(running.inspect!()).to.include({ kisses: 1, pollIntervalS: 8 });
    link.respond = server();
    await world.pass(200 * S);
    expect(running.inspect!().pollIntervalS).to.equal(8);
    expect(world.sockets.length).to.be.within(24, 26);
  });

  it('stops asking a server that sends DENY and nothing else', async () => {
    const { world, record } = await asking({ 'poll-min': '1s' }, kiss('DENY'));
    await world.pass(20 * S);
    const asked = world.sockets.length;
    expect(record.unreachable.at(-1)).to.equal(
      `${ADDRESS}:123 refuses to serve this machine (kiss of death DENY); it is asked again in 60 min`,
    );
    await world.pass(600 * S);
    expect(world.sockets.length).to.equal(asked);
  });

  it('asks a server that sent DENY again after one hour, two, four, up to a day', async () => {
    const { world } = await asking({ 'poll-min': '1s' }, kiss('DENY'));
    const asked: number[] = [];
    for (let hour = 0; hour < 96; hour++) {
      const before = world.sockets.length;
      await world.pass(3600 * S);
      if (world.sockets.length > before) asked.push(hour);
    }
    expect(asked).to.deep.equal([0, 1, 3, 7, 15, 31, 55, 79]);
  });

  it('follows a server that serves again after DENY', async () => {
    const { world, link, record } = await asking({ 'poll-min': '1s' }, kiss('DENY'));
    await world.pass(20 * S);
    link.respond = server();
    await world.pass(3700 * S);
    expect(record.handedOver.length).to.be.above(2);
    expect(record.health.at(-1)?.state).to.equal('ok');
  });

  it('asks every address of a name again that has sent DENY', async () => {
    const { world, link, record } = await asking({ address: 'time.example', 'poll-min': '1s' }, kiss('DENY'));
    for (const other of world.links.values()) other.respond = kiss('DENY');
    await world.pass(600 * S);
    expect(record.unreachable.at(-1)).to.include('every address of time.example:123 refuses to serve this machine');
    for (const other of world.links.values()) other.respond = server();
    link.respond = server();
    const before = record.handedOver.length;
    await world.pass(3700 * S);
    expect(record.handedOver.length).to.be.above(before);
  });

  it('changes to another address of the name when one sends DENY, and does not return', async () => {
    const { world, link, record } = await asking({ address: 'time.example', 'poll-min': '1s' }, kiss('DENY'));
    await world.pass(20 * S);
    expect(record.claims.at(-1)).to.include({ address: '192.0.2.10:123' });
    let again = 0;
    link.respond = () => void again++;
    world.links.get('192.0.2.10|123')!.respond = silence;
    await world.pass(600 * S);
    expect(again).to.equal(0);
  });

  it('continues when a DENY was a single forgery (D11)', async () => {
    const { world, link, record } = await asking({ 'poll-min': '1s' }, kiss('DENY'));
    await world.pass(0.1 * S);
    link.respond = server();
    await world.pass(20 * S);
    expect(record.handedOver.length).to.be.above(10);
  });

  it('counts datagrams that answer no request, and continues', async () => {
    const { world, record, running } = await asking();
    world.at(1e6, () => {
      for (let i = 0; i < 100; i++) world.sockets[0]!.deliver(new Uint8Array(i), { address: ADDRESS, port: 123 }, '');
    });
    await world.pass(0.1 * S);
    expect(record.handedOver.length).to.equal(1);
    expect(running.inspect!()).to.include({ replies: 1 });
    expect(running.inspect!().refused).to.include({ length: 48, mode: 52 });
  });

  for (const [reason, respond, sentence] of [
    ['origin', server(({ transmit }) => ({ origin: transmit + 1n })), 'do not answer the request (origin timestamp)'],
    ['zero-origin', server({ origin: 0n }), 'do not say which request they answer'],
    ['version', server({ version: 5 }), 'have another NTP version than 1 to 4'],
    ['version', server({ version: 0 }), 'have another NTP version than 1 to 4'],
    ['mode', server({ mode: 2 }), 'are not in the mode of a server'],
    ['mode', server({ mode: 5 }), 'are not in the mode of a server'],
    ['stratum', server({ stratum: 17 }), 'claim a stratum above 16'],
    ['extension', (...asked) => Buffer.concat([server()(...asked)!, new Uint8Array(12)]), 'end in malformed'],
    ['extension', (...asked) => Buffer.concat([server()(...asked)!, new Uint8Array(3)]), 'end in malformed'],
    ['length', (...asked) => server()(...asked)!.subarray(0, 44), 'are shorter than an NTP header'],
    [
      'contradiction',
      (request, at, from) => server({ receive: toNtpTime(at - 10n ** 10n) })(request, at, from),
      'claim to have taken longer than the round trip',
    ],
  ] satisfies readonly (readonly [string, Responder, string])[]) {
    it(`reports that replies came and why they were refused: ${reason} (${sentence})`, async () => {
      const { world, record, running } = await asking({ 'poll-min': '1s' }, respond);
      await world.pass(8 * S);
      expect(record.handedOver).to.deep.equal([]);
      expect(record.unreachable[0]).to.match(/^4 replies came that /);
      expect(record.unreachable[0]).to.include(sentence);
      expect((running.inspect!().refused as Record<string, number>)[reason]).to.be.at.least(4);
    });
  }

  it('names the address that the replies come from when it is not the one that was asked (D4)', async () => {
    const { world, record, running } = await asking({ 'poll-min': '1s' }, silence);
    const perfect = server();
    world.links.get(KEY)!.respond = (request, at, from) => {
      const reply = perfect(request, at, from)!;
      for (const port of [123, 124]) world.inject(from, reply, { address: '192.0.2.77', port });
      world.inject(from, server({ origin: 5n })(request, at, from)!, { address: '192.0.2.78', port: 123 });
      return undefined;
    };
    await world.pass(20 * S);
    expect(record.handedOver).to.deep.equal([]);
    expect(record.unreachable.at(-1)).to.match(
      /^\d+ replies came that were sent from another address or port .*\(192\.0\.2\.77:124\)/,
    );
    expect(running.inspect!().refused).to.include({ origin: 0 });
  });

  it('accepts replies of the versions 1 to 4 (D7, ntpd-rs #1227)', async () => {
    for (const version of [1, 2, 3, 4]) {
      const { world, record } = await asking({}, server({ version }));
      await world.pass(5 * S);
      expect(record.handedOver.length, String(version)).to.be.at.least(3);
    }
  });

  it('drops the report of refused replies when one is accepted', async () => {
    const { world, link, record } = await asking({ 'poll-min': '1s' }, server({ origin: 0n }));
    await world.pass(3 * S);
    link.respond = server();
    await world.pass(10 * S);
    link.respond = silence;
    await world.pass(30 * S);
    expect(record.unreachable.at(-1)).to.match(/^no reply to /);
  });

  it('distinguishes an unsynchronised ntpd, which sends the code INIT, from a kiss of death', async () => {
    const { world, record, running } = await asking({}, kiss('INIT'));
    await world.pass(5 * S);
    expect(record.health.at(-1)!.reason).to.match(/^the server says it is not synchronised yet/);
    expect(running.inspect!()).to.include({ kisses: 0 });
  });

  it('looks a name up and changes to the next address when one stops answering (D18)', async () => {
    const { world, record } = await asking({ address: 'time.example', 'poll-min': '1s' }, silence);
    await world.pass(30 * S);
    expect(record.claims.at(-1)).to.include({ address: '192.0.2.10:123', stratum: 3, reference: '1.2.3.4' });
    expect(record.handedOver.at(-1)![0]!.path).to.equal('192.0.2.10');
  });

  it('asks another address of the name after RATE, at the longer interval', async () => {
    const { world, record, running } = await asking(
      { address: 'time.example', 'poll-min': '4s', 'poll-max': '4s' },
      kiss('RATE'),
    );
    await world.pass(20 * S);
    expect(record.replaced).to.deep.equal([
      'asks time.example:123 (192.0.2.10) from now on: time.example:123 (192.0.2.9) wants to be asked less often (kiss of death RATE)',
    ]);
    expect(record.claims.at(-1)).to.include({ address: '192.0.2.10:123' });
    expect(running.inspect!()).to.include({ pollIntervalS: 8 });
  });

  it('stays with a server that sends RATE when the name has no other address', async () => {
    const { world, record } = await asking({ address: 'lonely.example', 'poll-min': '1s' }, kiss('RATE'));
    world.names.set('lonely.example', [ADDRESS]);
    await world.pass(60 * S);
    expect(record.replaced).to.deep.equal([]);
    expect(record.unreachable.at(-1)).to.include('kiss of death RATE');
  });

  it('changes to another address of the name after eight replies without usable time', async () => {
    const { world, record } = await asking(
      { address: 'time.example', 'poll-min': '1s', 'poll-max': '1s' },
      server({ leap: 'unknown', stratum: 0, refid: 0 }),
    );
    await world.pass(20 * S);
    expect(record.replaced[0]).to.match(/\(192\.0\.2\.9\) has no time to give$/);
    expect(record.claims.at(-1)).to.include({ address: '192.0.2.10:123', synchronised: true });
  });

  it('changes at once to another address of the name when there is no route to the first', async () => {
    const { world, record } = await asking({ address: 'time.example', 'poll-min': '1s' }, silence);
    world.at(0.1 * S, () => world.sockets[0]!.fail(Object.assign(new Error('recvmsg'), { code: 'ENETUNREACH' })));
    await world.pass(4 * S);
    expect(record.replaced).to.have.length(1);
    expect(record.claims.at(-1)).to.include({ address: '192.0.2.10:123' });
  });

  it('keeps a literal address whatever the vote decides', async () => {
    const { world, record } = await asking({ 'poll-min': '1s', 'poll-max': '1s' });
    world.voteState = () => 'rejected';
    await world.pass(60 * S);
    expect(record.replaced).to.deep.equal([]);
    expect(new Set(record.claims.map(({ address }) => address)).size).to.equal(1);
  });

  it('repeats the look-up until there is an address', async () => {
    const { world, record } = await asking({ address: 'later.example:123' });
    await world.pass(3 * S);
    expect(record.unreachable).to.include('cannot resolve "later.example"');
    world.names.set('later.example', [ADDRESS]);
    await world.pass(10 * S);
    expect(record.handedOver.length).to.be.above(2);
  });

  it('drops an exchange during which the local clock was set', async () => {
    const { world, record } = await asking({ iburst: false });
    world.at(2e6, () => {
      world.offsetNs = 0n;
    });
    await world.pass(1 * S);
    expect(record.handedOver).to.deep.equal([]);
  });

  it('is silent after stop', async () => {
    const { world, running, record } = await asking();
    await world.pass(1 * S);
    await running.stop();
    const { length } = record.handedOver;
    await world.pass(100 * S);
    expect(record.handedOver.length).to.equal(length);
  });

  for (const [wrong, path] of [
    [{ address: 'time.example:99999' }, 'address'],
    [{ address: '' }, 'address'],
    [{ address: ADDRESS, 'poll-min': 'soon' }, 'poll-min'],
    [{ address: ADDRESS, 'poll-min': '64s', 'poll-max': '16s' }, 'poll-max'],
    [{ address: ADDRESS, pollmin: '64s' }, 'pollmin'],
  ] as const) {
    it(`refuses ${JSON.stringify(wrong)} by its key`, async () => {
      const { issues } = await source.config['~standard'].validate(wrong);
      const segment = issues?.[0]?.path?.[0];
      expect(typeof segment === 'object' ? segment.key : segment).to.equal(path);
    });
  }
});
