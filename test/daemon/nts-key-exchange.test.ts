import { expect } from 'chai';
import { Bench } from '../bench.js';
import { exchangeKeysAt, StalledClients } from '../ke-clients.js';
import { authority, NTS_HOST, startNtsHub, writeSecret } from '../nts.js';
import { until } from '../poll.js';

/** The begin of a ClientHello: the head of its record says that 512 octets follow. */
const HELLO = Uint8Array.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
const NO_RATE = 'rate-limit = { interval = "1ms", burst = 255 }\n';

describe('the key exchange of a hub', function () {
  this.timeout(90_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  for (const [where, thread] of [
    ['its thread', true],
    ['line', false],
  ] as const)
    it(`in ${where} serves clients at once while 240 connections stall, silent or with an octet a second; the hub tracks`, async () => {
      const { hub, ke } = await startNtsHub(bench, { lines: `thread = ${thread}` });
      const stalled = new StalledClients(bench, ke);
      for (let i = 0; i < 240; i++) stalled.add(1 + (i % 30), i % 2 === 0 ? HELLO : undefined);
      await until(
        async () => stalled.opened,
        (opened) => opened >= 240,
        20_000,
      );
      const before = await hub.source('ntp.stub');
      for (let i = 0; i < 10; i++) await exchangeKeysAt(ke);
      const after = await hub.untilSource('ntp.stub', ({ observations }) => observations >= before.observations + 16);
      expect(after.state).to.equal('combined');
      expect(Math.abs(after.offsetNs - before.offsetNs)).to.be.below(1e6);
      const shown = await until(
        async () => (await hub.cli('show', 'ntp.lan')).output,
        (output) => /key_exchanges_late +[1-9]/.test(output),
        20_000,
      );
      expect(shown)
        .to.match(/key_exchanges +10\n/)
        .and.match(/last key exchange failure +127\.0\.3\.\d+: it did not finish the handshake in time\n/)
        .and.match(new RegExp(`key exchange thread +${thread ? 'yes' : 'no'}\n`));
      expect(await hub.text('/metrics')).to.match(/timehub_sink_ntp_key_exchanges_total\{id="ntp\.lan"\} 10\n/);
    });

  it('serves a client that tries again while 30 others hold all places', async () => {
    const { hub, ke } = await startNtsHub(bench, { lines: 'connections = 16' });
    const stalled = new StalledClients(bench, ke);
    for (let i = 1; i <= 30; i++) stalled.add(i);
    const tried = (): Promise<boolean> => exchangeKeysAt(ke).then(Boolean, () => false);
    for (let i = 0; i < 5; i++) await until(tried, (got) => got, 20_000);
    expect((await hub.cli('show', 'ntp.lan')).output)
      .to.match(/key_exchanges +5\n/)
      .and.match(/key_exchanges_full +[1-9]/)
      .and.match(/key_exchanges_limited +[1-9]/);
  });

  it('loses no client when its certificate changes while they exchange keys', async () => {
    const { hub, ke } = await startNtsHub(bench, { lines: NO_RATE });
    const ends = new Map<bigint, number>();
    let failed: Error | undefined;
    let running = true;
    const client = async (): Promise<void> => {
      while (running && failed === undefined) {
        try {
          const end = await exchangeKeysAt(ke);
          ends.set(end, (ends.get(end) ?? 0) + 1);
        } catch (error) {
          failed = error as Error;
        }
      }
    };
    const clients = Array.from({ length: 6 }, client);
    for (const [i, untilDays] of [40, 50].entries()) {
      await until(
        async () => [...ends.values()].at(-1) ?? 0,
        (count) => failed !== undefined || (ends.size > i && count >= 20),
        30_000,
      );
      const { certificate, key } = authority.issue({ name: NTS_HOST, untilDays });
      // The key does not belong to the certificate for a moment: the hub must keep the former pair then.
      writeSecret(bench, 'hub.key', key);
      writeSecret(bench, 'hub.pem', certificate);
    }
    await until(
      async () => ends.size,
      (size) => failed !== undefined || size === 3,
      30_000,
    );
    running = false;
    await Promise.all(clients);
    expect(failed).to.equal(undefined);
    const { output } = await hub.cli('show', 'ntp.lan');
    const total = [...ends.values()].reduce((sum, count) => sum + count, 0);
    expect(output)
      .to.match(new RegExp(`key_exchanges +${total}\n`))
      .and.match(/key_exchanges_failed +0\n/);
    const days = [...ends.keys()].map((end) => Math.round((Number(end / 1_000_000n) - Date.now()) / 86_400_000));
    expect(days).to.deep.equal([30, 40, 50]);
  });
});
