import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import type { StatusReport } from 'timehub/api';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { startNtpStub } from '../ntp-stub.js';
import { freeUdpPort } from '../place.js';

describe('a hub whose only server dies', function () {
  this.timeout(240_000);
  let bench: Bench;
  let upstream: Bench;
  beforeEach(() => {
    bench = new Bench();
    upstream = new Bench();
  });
  afterEach(async () => {
    await upstream.clear();
    await bench.clear();
  });

  it('stops giving its time to others when its error bound passes the limit', async () => {
    const source = `[source.ntp.stub]\naddress = "127.0.0.1:${await startNtpStub(upstream, 0n)}"\npoll-min = "250ms"\n`;
    const port = await freeUdpPort();
    const limitNs = 1.4 * (await boundOf(source));
    const limits = `[hub]\nmax-error = "${limitNs}ns"\ntracking-error = "${limitNs}ns"\n`;
    const hub = await Hub.start(bench, `${limits}${source}[sink.ntp.lan]\nlisten = "127.0.0.1:${port}"\n`);
    const settled = await hub.until(isSettled);
    expect(await served(port)).to.deep.equal({ leap: 0, stratum: 3 });

    await upstream.clear();
    // How soon that is depends on how well this machine, as busy as it is, could tell the rate: `holdover.lastsS` foretells it.
    const late = await hub.until(({ mode }) => mode === 'unsynchronised', 180_000);
    expect(late.clocks[0]!.sigmaNs).to.be.above(settled.clocks[0]!.sigmaNs);
    expect(late.clocks[0]!.boundNs).to.be.above(limitNs);
    expect(late.ntp.stratum).to.equal(16);
    expect(await served(port)).to.include({ leap: 3 });
    expect((await hub.cli('status')).code).to.equal(2);
  });
});

/** Its rate is known by then, so that without its source it gets worse slowly. */
const isSettled = ({ mode, sources }: StatusReport): boolean => mode === 'tracking' && sources[0]!.observations >= 40;

/** The error bound that this machine, as busy as it is, gives a hub with this source. */
async function boundOf(source: string): Promise<number> {
  const bench = new Bench();
  try {
    const hub = await Hub.start(bench, source);
    const { clocks } = await hub.until(isSettled);
    return Math.ceil(clocks[0]!.boundNs);
  } finally {
    await bench.clear();
  }
}

/** What an NTP client reads from the first two octets of a reply (RFC 5905 §7.3). */
async function served(port: number): Promise<{ readonly leap: number; readonly stratum: number }> {
  const socket = createSocket('udp4');
  const request = Buffer.alloc(48);
  request[0] = (4 << 3) | 3;
  request[47] = 1;
  socket.send(request, port, '127.0.0.1');
  const [reply] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return { leap: reply[0]! >> 6, stratum: reply[1]! };
}
