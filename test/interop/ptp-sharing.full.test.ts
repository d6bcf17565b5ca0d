import { expect } from 'chai';
import { Bench } from '../bench.js';
import type { Hub } from '../hub.js';
import { Gnss } from './gnss.js';
import { PtpRig } from './ptp-rig.js';

const BRISK = 'sync-interval = "125ms"\ndelay-interval = "125ms"\nannounce-interval = "250ms"\n';
const BRISK_PTP4L = ['--logSyncInterval', '-3', '--logMinDelayReqInterval', '-3', '--logAnnounceInterval', '-2'];
/** Largest allowed offset, ns: software stamps between busy processes have large errors. */
const FAR_OFF_NS = 50e3;
/** GPS − UTC, s. */
const LEAPS = 18;

/** Waits until all these sources are combined with this many observations each, and checks their offsets. */
async function expectCombined(hub: Hub, ids: readonly string[], observations = 40): Promise<void> {
  const { sources } = await hub.until(
    ({ sources }) =>
      ids.every((id) =>
        sources.some(
          (source) => source.id === id && source.state === 'combined' && source.observations >= observations,
        ),
      ),
    60_000,
  );
  for (const { id, offsetNs } of sources) expect(Math.abs(offsetNs), id).to.be.below(FAR_OFF_NS);
}

interface Shown {
  readonly meanDelayNs: number | null;
  /** Number of successive Delay_Req without an answer. */
  readonly unanswered: number;
}

const inspect = async <T>(hub: Hub, id: string): Promise<T> =>
  (await hub.json<{ readonly inspect: T }>(`/v1/sources/${id}`)).inspect;

describe('instances of one hub share the ports of an interface', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  /** Starts two ptp4l, and a hub with a source for each. */
  async function follow(
    context: Mocha.Context,
    ptp4l: readonly string[],
    source: (address: string) => string,
  ): Promise<Hub> {
    const rig = PtpRig.make(context, bench, 3, 'switch');
    const [a, b, client] = rig.machines;
    for (const [name, machine] of Object.entries({ a: a!, b: b! })) {
      machine.ptp4l(name, [...BRISK_PTP4L, ...ptp4l, '--masterOnly', '1', '-i', machine.near]);
    }
    const sourceOf = (name: string, address: string) =>
      `[source.ptp.${name}]\ninterface = "${client!.near}"\ntimescale = "utc"\n${BRISK}${source(address)}\n`;
    const hub = await client!.hub(sourceOf('a', '10.99.0.1') + sourceOf('b', '10.99.0.2'));
    await expectCombined(hub, ['ptp.a', 'ptp.b']);
    const parents = await Promise.all(
      ['ptp.a', 'ptp.b'].map(async (id) => (await inspect<{ readonly parent: string }>(hub, id)).parent),
    );
    expect(new Set(parents)).to.have.property('size', 2);
    return hub;
  }

  it('two sources ask two ptp4l for unicast messages', async function () {
    await follow(
      this,
      ['--unicast_listen', '1', '--inhibit_multicast_service', '1'],
      (address) => `unicast-from = "${address}"`,
    );
  });

  it('two sources follow two ptp4l of one domain by who is accepted (hybrid)', async function () {
    await follow(this, ['--hybrid_e2e', '1'], (address) => `profile = "enterprise"\naccept = ["${address}"]`);
  });

  for (const [name, { listen, ptp }] of Object.entries({
    'all addresses': { listen: '[::]:319', ptp: '' },
    'one address, hybrid': { listen: '10.99.0.1:319', ptp: 'profile = "enterprise"\n' },
  })) {
    it(`a grandmaster beside a CSPTP server on ${name}, and a source of each towards them`, async function () {
      const rig = PtpRig.make(this, bench, 2);
      const [a, b] = rig.machines;
      const gnss = await Gnss.start(bench, a!.namespace);
      gnss.find(LEAPS);
      const server = await a!.hub(
        `[source.gpsd.gnss]\naddress = "127.0.0.1:${gnss.port}"\n` +
          `[sink.ptp.lan]\ninterface = "${a!.far}"\nrole = "fixed"\nimprove-after = "0s"\n${ptp}${BRISK}` +
          `[sink.csptp.lan]\nlisten = "${listen}"\n`,
      );
      await server.until(({ mode }) => mode === 'tracking');
      const client = await b!.hub(
        `[source.ptp.up]\ninterface = "${b!.near}"\n${ptp}${BRISK}` +
          `[source.csptp.up]\naddress = "10.99.0.1"\ninterface = "${b!.near}"\npoll-min = "125ms"\npoll-max = "125ms"\n`,
      );
      await expectCombined(client, ['ptp.up', 'csptp.up']);
      // The kernel gives a unicast datagram to only one of the sockets.
      const { meanDelayNs, unanswered } = await inspect<Shown>(client, 'ptp.up');
      expect(meanDelayNs).to.be.within(1, FAR_OFF_NS);
      expect(unanswered).to.be.below(4);
      expect(await inspect(server, 'csptp.lan')).to.deep.include({ denied: 0, unsent: 0 });
    });
  }
});
