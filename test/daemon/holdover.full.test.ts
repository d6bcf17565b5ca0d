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
    const source = `[source.ntp.stub]\naddress = "127.0.0.1:${await startNtpStub(upstream, 0n)}"\npoll-min = "250ms"\npoll-max = "250ms"\n`;
    const port = await freeUdpPort();
    const { hub, limitNs, settled } = await startTight(
      bench,
      `${source}[sink.ntp.lan]\nlisten = "127.0.0.1:${port}"\n`,
    );
    expect(await served(port)).to.include({ leap: 0, stratum: 3 });

    await upstream.clear();
    await hub.until(({ mode }) => mode === 'holdover', 4e3 * AT_MOST_S);
    const first = await oneStory(hub, port);
    const second = await oneStory(hub, port);
    expect(second.distanceNs).to.be.at.least(first.distanceNs);
    expect(second.reference).to.be.closeTo(first.reference, 1e-3);
    const late = await hub.until(({ mode }) => mode === 'unsynchronised', 4e3 * AT_MOST_S);
    expect(late.clocks[0]!.sigmaNs).to.be.above(settled.clocks[0]!.sigmaNs);
    expect(late.clocks[0]!.boundNs).to.be.above(limitNs);
    expect(late.ntp.stratum).to.equal(16);
    expect(await served(port)).to.include({ leap: 3 });
    expect((await hub.cli('status')).code).to.equal(2);
  });
});

/** Returns whether the hub has enough observations to know the rate, so that the bound grows slowly in holdover. */
const isSettled = ({ sources }: StatusReport): boolean => (sources[0]?.observations ?? 0) >= 40;

/** Intended, minimum and maximum time of a hub in holdover, s: long enough to be observed, and no longer. */
const LASTS_S = 20;
const AT_LEAST_S = 5;
const AT_MOST_S = 45;

/**
 * Starts a hub whose limit is a little above the error bound that this machine allows under its present load. Another hub
 * measures that bound first. If the load has changed meanwhile, it starts another hub.
 */
async function startTight(bench: Bench, config: string) {
  const scout = await Hub.start(bench, config);
  let limitNs = 1.4 * (await scout.until(isSettled)).clocks[0]!.boundNs;
  await scout.stop();
  for (;;) {
    const limits = `[hub]\nmax-error = "${limitNs}ns"\ntracking-error = "${limitNs}ns"\n`;
    const hub = await Hub.start(bench, `${limits}${config}`);
    const settled = await hub.until(isSettled);
    const { boundNs } = settled.clocks[0]!;
    const lastsS = settled.holdover?.lastsS ?? 0;
    if (settled.mode === 'tracking' && lastsS > AT_LEAST_S && lastsS < AT_MOST_S) return { hub, limitNs, settled };
    limitNs = boundNs > limitNs ? 1.4 * boundNs : boundNs + ((limitNs - boundNs) * LASTS_S) / Math.max(1, lastsS);
    await hub.stop();
  }
}

/** Checks that NTP client, status and metrics agree at one moment of holdover. */
async function oneStory(hub: Hub, port: number): Promise<Served> {
  const before = await hub.status();
  const reply = await served(port);
  const metrics = await hub.text('/metrics');
  const { output: why } = await hub.cli('why');
  const distanceNs = ({ ntp }: StatusReport): number => ntp.rootDelayNs / 2 + ntp.rootDispersionNs;
  // Each second has one state. A reply adds the growth of the bound since then, which is less than that of the next state.
  const after = await hub.until((status) => distanceNs(status) > distanceNs(before));
  const metric = (name: string): number => Number(new RegExp(`^timehub_${name} (.*)$`, 'm').exec(metrics)?.[1]);
  expect([before.mode, after.mode]).to.deep.equal(['holdover', 'holdover']);
  for (const status of [before, after])
    expect(distanceNs(status)).to.be.closeTo(status.clocks[0]!.boundNs, 1e-3 * status.clocks[0]!.boundNs);
  expect(reply).to.include({ leap: 0, stratum: after.ntp.stratum });
  expect(reply.distanceNs).to.be.within(distanceNs(before), distanceNs(after) + 2 * SHORT_NS);
  expect(metric('ntp_stratum')).to.equal(after.ntp.stratum);
  const measuredNs = 1e9 * (metric('ntp_root_delay_seconds') / 2 + metric('ntp_root_dispersion_seconds'));
  expect(measuredNs).to.be.within(distanceNs(before) - 1, distanceNs(after) + 1);
  expect(metric('ptp_clock_class')).to.equal(after.ptp.clockClass);
  expect(why).to.include(`NTP clients get stratum ${after.ntp.stratum} (${after.ntp.refid})`);
  return reply;
}

/** Unit of root delay and root dispersion on the wire (RFC 5905 §6). */
const SHORT_NS = 1e9 / 65_536;

interface Served {
  readonly leap: number;
  readonly stratum: number;
  /** Root distance. */
  readonly distanceNs: number;
  /** Reference time, NTP seconds. */
  readonly reference: number;
}

/** Fields that an NTP client reads in a reply (RFC 5905 §7.3). */
async function served(port: number): Promise<Served> {
  const socket = createSocket('udp4');
  const request = Buffer.alloc(48);
  request[0] = (4 << 3) | 3;
  request[47] = 1;
  socket.send(request, port, '127.0.0.1');
  const [reply] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return {
    leap: reply[0]! >> 6,
    stratum: reply[1]!,
    distanceNs: (reply.readUInt32BE(4) / 2 + reply.readUInt32BE(8)) * SHORT_NS,
    reference: Number(reply.readBigUInt64BE(16)) / 2 ** 32,
  };
}
