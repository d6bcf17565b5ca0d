import { expect } from 'chai';
import { HubError, type Leg } from 'timehub/api';
import source from './source.js';
import { sourceContext } from './testing/contexts.js';
import { server } from './testing/server.js';
import { NtpWorld } from './testing/world.js';

const S = 1e9;
const ADDRESS = '192.0.2.9';

async function asking(card: NtpWorld['card'], options: Record<string, unknown>) {
  const world = new NtpWorld();
  world.card = card;
  world.links.set(`${ADDRESS}|123`, { upNs: 3e6, downNs: 1e6, respond: server() });
  const validated = await source.config['~standard'].validate({ address: ADDRESS, interface: 'eth0', ...options });
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const context = sourceContext(world);
  const running = source.create(validated.value, context);
  await running.start();
  return { world, running, record: context.record };
}

async function failure(action: Promise<unknown>): Promise<HubError> {
  try {
    await action;
  } catch (error) {
    if (error instanceof HubError) return error;
  }
  throw new Error('no fault');
}

describe('stamps of a network card', () => {
  it('are those of its clock, in both directions, where the card stamps all packets', async () => {
    const { world, record } = await asking(['all'], {});
    await world.pass(0.1 * S);
    const [outbound, inbound] = record.handedOver[0] as [Leg, Leg];
    expect(outbound).to.include({ clock: 'phc:ptp0', stamp: 'hardware', transitNs: 3e6 - 37e9 });
    expect(inbound).to.include({ clock: 'phc:ptp0', stamp: 'hardware', transitNs: 1e6 + 37e9 });
    expect(outbound.noiseFloorNs).to.be.below(100);
  });

  it('stay switched on between the requests', async () => {
    const { world, running } = await asking(['all'], {});
    await world.pass(5 * S);
    const [holder, ...others] = world.sockets;
    expect(holder!.closed).to.equal(false);
    expect(others.every(({ closed }) => closed)).to.equal(true);
    await running.stop();
    expect(holder!.closed).to.equal(true);
  });

  it('are those of the kernel where the card stamps only PTP, or with stamps = "software"', async () => {
    for (const [card, options] of [
      [['ptpv2-event'], {}],
      [['all'], { stamps: 'software' }],
    ] as const) {
      const { world, record } = await asking(card, options);
      await world.pass(0.1 * S);
      expect(record.handedOver[0]![0]).to.include({ clock: 'system', stamp: 'kernel' });
      expect(world.sockets).to.have.length(1);
    }
  });

  it('can be demanded: the source does not start without them, and says why', async () => {
    const { code, message } = await failure(asking(['ptpv2-event'], { stamps: 'hardware' }));
    expect(code).to.equal('TH_NTP_STAMPS');
    expect(message).to.equal('eth0 cannot stamp in hardware: it has no receive stamps of all packets');
    expect((await failure(asking(undefined, {}))).code).to.equal('TH_NET_INTERFACE');
  });

  it('are never mixed with those of the system clock', async () => {
    const { world, running, record } = await asking(['all'], { 'poll-min': '1s' });
    world.cardStampsRequests = false;
    await world.pass(20 * S);
    expect(record.handedOver).to.deep.equal([]);
    expect(record.unreachable[0]).to.match(
      /^4 replies came that have no stamp of the network card, or their requests have/,
    );
    expect((running.inspect!().refused as Record<string, number>).stamp).to.be.above(3);
  });
});
