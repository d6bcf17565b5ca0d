import { expect } from 'chai';
import { SymmetricKey } from 'timehub/protocol/ntp';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { startNtpStub } from '../ntp-stub.js';
import { freeUdpPort } from '../place.js';
import { extensionField, ntpRequest, UdpAsker } from './udp-asker.js';

/**
 * The hub's NTP server, asked over the network. A…C are the lines of a checklist: A the checks of network-time-pester, B the
 * server of RFC 5905 and BCP 223, C extension fields and MACs.
 */
for (const [where, threads] of [
  ['in a worker thread', 1],
  ['in line', 0],
] as const)
  describe(`the NTP server ${where}, asked over the network`, function () {
    this.timeout(60_000);
    let bench: Bench;
    let hub: Hub;
    const ports = { open: 0, restricted: 0, limited: 0 };
    let asker: UdpAsker;

    before(async () => {
      bench = new Bench();
      const upstream = await startNtpStub(bench, 0n);
      for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freeUdpPort();
      hub = await Hub.start(
        bench,
        `[source.ntp.stub]
address = "127.0.0.1:${upstream}"
poll-min = "250ms"
poll-max = "250ms"
[sink.ntp.open]
listen = "[::]:${ports.open}"
interleaved = true
threads = ${threads}
[sink.ntp.restricted]
listen = "[::]:${ports.restricted}"
allow = ["127.0.0.0/28"]
deny = ["127.0.0.3"]
on-deny = "kiss"
threads = ${threads}
[sink.ntp.limited]
listen = "0.0.0.0:${ports.limited}"
rate-limit = { interval = "1h", burst = 4 }
threads = ${threads}
`,
      );
      await hub.until(({ mode }) => mode === 'tracking');
      asker = await UdpAsker.open(bench, { port: ports.open, address: '127.0.0.1' });
    });
    after(() => bench?.clear());

    it('answers a request of NTPv4 in its version, with its transmit timestamp as origin, and sends after it received (A1)', async () => {
      const request = ntpRequest();
      const reply = await asker.one(request);
      expect(reply).to.include({ version: 4, mode: 4, origin: request.readBigUInt64BE(40) });
      expect(reply.octets).to.have.length(48);
      expect(reply.transmit > reply.receive).to.equal(true);
    });

    it('is silent to NTPv5 in every mode, while it does not speak it (A2)', async () => {
      for (let mode = 0; mode < 8; mode++) expect(await asker.ask(ntpRequest(5, mode))).to.deep.equal([]);
    });

    it('answers a request with an unknown extension field and echoes none (A3, C3, C6)', async () => {
      for (const field of [extensionField(0, 4), extensionField(0, 16), extensionField(0x2005, 64, 9)])
        expect((await asker.one(ntpRequest(4, 3, field))).octets).to.have.length(48);
    });

    it('echoes a unique identifier of 32 octets, once (A4)', async () => {
      const field = extensionField(0x0104, 36, 0x5a);
      const { octets } = await asker.one(ntpRequest(4, 3, field));
      expect(octets.subarray(48)).to.deep.equal(field);
    });

    it('answers the versions 1 to 4 in their own (B1)', async () => {
      for (const version of [1, 2, 3, 4]) expect(await asker.one(ntpRequest(version))).to.include({ version, mode: 4 });
    });

    it('is silent to the versions 0, 6 and 7 in every mode (B2)', async () => {
      const packets = [0, 6, 7].flatMap((version) => [0, 1, 2, 3, 4, 5, 6, 7].map((mode) => ntpRequest(version, mode)));
      expect(await asker.ask(...packets)).to.deep.equal([]);
    });

    it('is silent to replies, broadcasts, and control and private messages (B3)', async () => {
      const packets = [2, 3, 4].flatMap((version) => [0, 2, 4, 5, 6, 7].map((mode) => ntpRequest(version, mode)));
      expect(await asker.ask(...packets)).to.deep.equal([]);
    });

    it('is silent to its own replies and kisses, so that two servers cannot answer each other (B3, ntpd-rs 1.6.2)', async () => {
      const denied = await UdpAsker.open(
        bench,
        { port: ports.restricted, address: '127.0.0.1' },
        { from: '127.0.0.3' },
      );
      const replies = [
        await asker.one(ntpRequest()),
        await asker.one(ntpRequest(4, 1)),
        await denied.one(ntpRequest()),
      ];
      expect(await asker.ask(...replies.map(({ octets }) => octets))).to.deep.equal([]);
    });

    it('never answers with more octets than it was asked with (B4)', async () => {
      const trailers = [0, 4, 8, 12, 16, 20, 24, 28, 36, 64, 68, 72, 500, 1024].flatMap((octets) => [
        new Uint8Array(octets),
        new Uint8Array(octets).fill(0xff),
        octets >= 16 ? extensionField(0x0104, octets, 7) : new Uint8Array(octets),
      ]);
      for (const version of [1, 2, 3, 4]) {
        for (const trailer of trailers)
          for (const { octets } of await asker.ask(ntpRequest(version, 3, trailer)))
            expect(octets.length).to.be.at.most(48 + trailer.length);
      }
    });

    it('is silent to datagrams below 48 octets and above those of Ethernet (B5)', async () => {
      const lengths = [0, 1, 2, 3, 4, 47, 1504, 9000, 65_000];
      expect(await asker.ask(...lengths.map((length) => Buffer.alloc(length, 0x23)))).to.deep.equal([]);
    });

    it('returns origin and poll bit for bit, zero too, and claims nothing absurd (B6)', async () => {
      for (const origin of [0n, 1n, 0xffff_ffff_ffff_ffffn]) {
        const request = ntpRequest();
        request.writeBigUInt64BE(origin, 40);
        request[2] = 0xfa;
        const reply = await asker.one(request);
        expect(reply).to.include({ origin, poll: -6, stratum: 3 });
        expect(reply.precision).to.be.within(-32, 0);
        expect(reply.rootDelay / 65536).to.be.below(1);
        expect(reply.rootDispersion / 65536).to.be.below(1);
      }
    });

    it('has a reference time that is not after the time of reception (B7)', async () => {
      const { reference, receive } = await asker.one(ntpRequest());
      expect(reference <= receive).to.equal(true);
      expect(reference > receive - (3600n << 32n)).to.equal(true);
    });

    it('without a source says that it is not synchronised (B8)', async () => {
      const port = await freeUdpPort();
      const alone = await Hub.startAs(
        bench,
        'alone',
        [],
        `[source.ntp.dead]\naddress = "127.0.0.1:9"\n[sink.ntp.lan]\nlisten = "127.0.0.1:${port}"\n`,
      );
      const lonely = await UdpAsker.open(bench, { port, address: '127.0.0.1' });
      const reply = await lonely.one(ntpRequest());
      expect(reply).to.include({ leap: 3, stratum: 0, code: '\0\0\0\0', reference: 0n });
      await alone.process.stop();
    });

    it('announces no leap second and never both bits while it is synchronised (B10)', async () => {
      for (const port of [ports.open, ports.limited]) {
        const one = await UdpAsker.open(bench, { port, address: '127.0.0.1' }, { from: '127.0.0.9' });
        expect((await one.one(ntpRequest())).leap).to.equal(0);
      }
    });

    it('applies its lists to IPv4 clients of a socket for both families (B11, ntpd-rs #2131), and denies with a kiss (B12)', async () => {
      const from = (address: string) =>
        UdpAsker.open(bench, { port: ports.restricted, address: '127.0.0.1' }, { from: address });
      expect(await (await from('127.0.0.2')).one(ntpRequest())).to.include({ stratum: 3 });
      for (const address of ['127.0.0.3', '127.0.0.99']) {
        const request = ntpRequest();
        const reply = await (await from(address)).one(request);
        expect(reply).to.include({
          stratum: 0,
          leap: 3,
          code: 'DENY',
          origin: request.readBigUInt64BE(40),
          reference: 0n,
        });
      }
    });

    it('limits one client and no other, and sends it one kiss RATE (B13)', async () => {
      const greedy = await UdpAsker.open(
        bench,
        { port: ports.limited, address: '127.0.0.1' },
        { from: '127.0.0.50', marker: '127.0.0.51' },
      );
      const replies = await greedy.ask(...Array.from({ length: 200 }, () => ntpRequest()));
      expect(replies.map(({ stratum, code }) => (stratum === 0 ? code : 'time'))).to.deep.equal([
        ...Array(4).fill('time'),
        'RATE',
      ]);
      const other = await UdpAsker.open(
        bench,
        { port: ports.limited, address: '127.0.0.1' },
        { from: '127.0.0.52', marker: '127.0.0.53' },
      );
      expect(await other.one(ntpRequest())).to.include({ stratum: 3 });
    });

    it('replies from the address and port that was asked, over both families (B14, B15, ntpd-rs #1880)', async () => {
      for (const address of ['127.0.0.1', '127.0.0.77', '127.1.2.3', '::1']) {
        const one = await UdpAsker.open(bench, { port: ports.open, address });
        expect((await one.one(ntpRequest())).from).to.include({ address, port: ports.open });
      }
    });

    it('survives 10⁵ random and mutated datagrams, and its memory does not grow (B16)', async () => {
      let seed = 1;
      const next = (below: number): number => {
        seed ^= seed << 13;
        seed ^= seed >>> 17;
        seed ^= seed << 5;
        return (seed >>> 0) % below;
      };
      const random = (): Buffer => {
        if (next(2) === 0) return Buffer.from(Array.from({ length: next(200) }, () => next(256)));
        const packet = ntpRequest(next(8), next(8), Buffer.alloc(4 * next(40), next(256)));
        for (let i = next(6); i > 0; i--) packet[next(packet.length)] = next(256);
        return packet;
      };
      const memory = async () => Number(/^process_resident_memory_bytes (\S+)/m.exec(await hub.text('/metrics'))?.[1]);
      const rounds = async (count: number) => {
        for (let i = 0; i < count; i++) await asker.ask(...Array.from({ length: 100 }, random));
      };
      await rounds(200);
      const before = await memory();
      await rounds(800);
      expect((await memory()) - before).to.be.below(20e6);
      expect(await asker.one(ntpRequest())).to.include({ stratum: 3 });
    });

    it('answers the third request of an interleaved client by the stamp of its kernel (B18)', async () => {
      const interleaved = (previous: bigint): Buffer => {
        const request = ntpRequest();
        request.writeBigUInt64BE(previous, 24);
        request.writeBigUInt64BE(0x1234_5678_9abc_def0n, 32);
        return request;
      };
      const first = await asker.one(ntpRequest());
      const second = await asker.one(interleaved(first.receive));
      expect(second.origin).not.to.equal(0x1234_5678_9abc_def0n);
      const third = await asker.one(interleaved(second.receive));
      expect(third.origin).to.equal(0x1234_5678_9abc_def0n);
      expect(third.transmit > second.receive && third.transmit < third.receive).to.equal(true);
      const sentNs = Number(((third.transmit - second.transmit) * 1_000_000_000n) >> 32n);
      expect(Math.abs(sentNs)).to.be.below(5e6);
      const again = await asker.one(interleaved(second.receive));
      expect(again.origin).not.to.equal(0x1234_5678_9abc_def0n);
    });

    it('is silent to malformed extension fields (C1)', async () => {
      const wrong = (octets: number, stated: number): Buffer => {
        const field = extensionField(1, octets);
        field.writeUInt16BE(stated, 2);
        return field;
      };
      const trailers = [wrong(32, 30), wrong(32, 0), wrong(32, 64), wrong(32, 12), Buffer.alloc(1), Buffer.alloc(30)];
      expect(await asker.ask(...trailers.map((trailer) => ntpRequest(4, 3, trailer)))).to.deep.equal([]);
    });

    it('takes the last 20 or 24 octets as a MAC, even where they read as a field (C2, RFC 7822), and answers them (facebook/time)', async () => {
      for (const octets of [20, 24]) {
        for (const trailer of [
          extensionField(0x0104, octets),
          Buffer.concat([extensionField(0x2005, 28), extensionField(0x0404, octets, 0xff)]),
        ])
          expect((await asker.one(ntpRequest(4, 3, trailer))).octets.subarray(48)).to.deep.equal(Buffer.alloc(4));
      }
    });

    it('echoes no identifier that is there twice (C4)', async () => {
      const field = extensionField(0x0104, 36, 1);
      expect((await asker.one(ntpRequest(4, 3, Buffer.concat([field, field])))).octets).to.have.length(48);
    });

    it('answers a MAC of a key that it does not have with a crypto-NAK (C5, C7)', async () => {
      for (const version of [3, 4]) {
        const request = ntpRequest(version, 3, Buffer.alloc(20));
        new SymmetricKey(7, 'AES128', new Uint8Array(16)).sign(request, 48);
        expect((await asker.one(request)).octets.subarray(48)).to.deep.equal(Buffer.alloc(4));
      }
    });
  });
