import { expect } from 'chai';
import { requestV5 } from '../../src/protocol/ntp/index.js';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { startNtpStub } from '../ntp-stub.js';
import { freeUdpPort } from '../place.js';
import { UdpAsker } from './udp-asker.js';

interface Inspected {
  readonly inspect: { readonly version?: number; readonly replies: number };
}

const source = (name: string, port: number, version: string): string =>
  `[source.ntp.${name}]\naddress = "127.0.0.1:${port}"\npoll-min = "250ms"\npoll-max = "250ms"\nversion = ${version}\n`;

/** The hub is both sides: no program that is packaged speaks NTPv5. */
for (const [where, threads] of [
  ['in a worker thread', 1],
  ['in line', 0],
] as const)
  describe(`NTPv5 (draft) between two hubs, served ${where}`, function () {
    this.timeout(60_000);
    let bench: Bench;
    let port = 0;
    before(async () => {
      bench = new Bench();
      port = await freeUdpPort();
      const upstream = await startNtpStub(bench, 30_000_000n);
      const config = `${source('stub', upstream, '4')}[sink.ntp.lan]\nlisten = "127.0.0.1:${port}"\nversions = [4, 5]\nthreads = ${threads}\n`;
      const server = await Hub.startAs(bench, 'server', [], config);
      await server.until(({ mode, sources }) => mode === 'tracking' && sources[0]!.observations >= 24);
    });
    after(() => bench?.clear());

    for (const [version, spoken] of [
      ['5', 5],
      ['"auto"', 5],
      ['4', undefined],
    ] as const)
      it(`version = ${version} measures the server’s time`, async () => {
        const client = await Hub.startAs(
          bench,
          `client-${version.replaceAll('"', '')}`,
          [],
          source('hub', port, version),
        );
        const measured = await client.untilSource('ntp.hub', ({ observations }) => observations >= 24);
        expect(measured.offsetNs).to.be.closeTo(30e6, 1e6);
        const { inspect } = JSON.parse((await client.cli('show', 'ntp.hub', '--json')).output) as Inspected;
        expect(inspect.version).to.equal(spoken);
      });

    it('is not longer in the reply than in the request, whatever the request asks for', async () => {
      const asker = await UdpAsker.open(bench, { port, address: '127.0.0.1' });
      const request = requestV5(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), { pollLog2: 0, filterAt: 448 });
      const whole = Buffer.concat([request.subarray(0, 76), Buffer.from([0xf5, 3, 2, 4, 0, 0]), Buffer.alloc(510)]);
      for (const asked of [Buffer.from(request), whole]) {
        const [reply, ...more] = await asker.ask(asked);
        expect(reply!.octets).to.have.length(asked.length);
        expect(more).to.deep.equal([]);
      }
    });
  });
