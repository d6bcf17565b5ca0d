import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DetailReport } from 'timehub/api';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { type Machine, PtpRig } from '../interop/ptp-rig.js';
import { within } from '../launch.js';
import { until } from '../poll.js';
import type { Order, Target, Way } from './ptp-attacker.js';

const FRAMES = Number(process.env.FUZZ_FRAMES ?? 1_000_000);
/** Number of frames that are sent at once. The sockets' buffers hold as many. */
const BATCH = 1000;
/** Number of frames before the first measurement of memory: by then the heap has reached its size. */
const WARM_UP = FRAMES / 5;
/** Allowed growth of the heap after a garbage collection, and of resident memory, which follows the load, octets. */
const ALLOWED_GROWTH = { heap: 2 * 2 ** 20, resident: 48 * 2 ** 20 };
const IDENTITIES = 10_000;
/** priority1 of the forged Announces. */
const WORSE = 255;
const BETTER = 0;
const WARM_UP_FLOODS = 4;
/** Number of records in the foreignMasterDS of a port. */
const RECORDS = 16;

const CSPTP_PORT = 3190;
const GRANDMASTER = '001122.fffe.334455';
const BRISK = 'sync-interval = "125ms"\ndelay-interval = "125ms"\nannounce-interval = "250ms"\n';
const WAYS: readonly Way[] = ['udp', 'ethernet', 'csptp'];
/** The instance that receives the messages of each way. */
const HEARERS: Readonly<Record<Way, string>> = { udp: 'ptp.up', ethernet: 'ptp.down', csptp: 'csptp.lan' };

describe('a hub under attack by PTP', function () {
  this.timeout(300_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it(`survives ${FRAMES} random and mutated frames, and does not grow`, async function () {
    const [a, b] = PtpRig.make(this, bench, 2).machines as [Machine, Machine];
    startMaster(b, 100);
    const hub = await startHub(
      bench,
      a,
      [
        `[source.ptp.up]\ninterface = "${a.far}"\ntimescale = "utc"\naccept = ["${GRANDMASTER}"]\n${BRISK}`,
        `[sink.ptp.down]\ninterface = "${a.far}"\ntransport = "ethernet"\nrole = "fixed"\nunicast = true\n`,
        `[sink.csptp.lan]\nlisten = "${addressOf(a)}:${CSPTP_PORT}"\n`,
      ].join('\n'),
    );
    await hub.until(({ mode }) => mode === 'tracking');
    const attack = new Attack(bench, hub, b, targetOf(a, b));
    /** Floods all ways at once; none waits for another. */
    const flood = (frames: number) =>
      Promise.all(
        WAYS.map(async (way) => {
          for (let sent = 0; sent < frames / WAYS.length; )
            sent += await attack.send([{ kind: 'rubbish', way, count: BATCH }]);
        }),
      );
    await flood(WARM_UP);
    const memory = await memoryOf(hub);
    await flood(FRAMES - WARM_UP);
    expectNoGrowth(memory, await memoryOf(hub));
    await within(5000, attack.order({ kind: 'question' }), () => 'an honest request got no Follow_Up');
    expect(await detailOf(hub, 'ptp.up')).to.deep.include({ state: 'slave', grandmaster: GRANDMASTER });
    expect(await detailOf(hub, 'ptp.down')).to.include({ state: 'master' });
    for (const id of Object.values(HEARERS)) expect((await reportOf(hub, id)).instance.restarts).to.equal(0);
    expect(hub.process.output).not.to.match(/^ +at /m);
  });

  it(`forgets ${IDENTITIES} forged timeTransmitters, follows the true one, and yields its own role to none of them`, async function () {
    const [a, b] = PtpRig.make(this, bench, 2).machines as [Machine, Machine];
    const sink = (name: string, port: number, role: string) =>
      `[sink.ptp.${name}]\ninterface = "${a.far}"\ntransport = "ethernet"\nport-number = ${port}\nrole = "${role}"\n${BRISK}`;
    const up = `[source.ptp.up]\ninterface = "${a.far}"\ntimescale = "utc"\n${BRISK}`;
    const hub = await startHub(bench, a, [up, sink('down', 2, 'fixed'), sink('elected', 3, 'elected')].join('\n'));
    await untilState(hub, 'ptp.elected', 'master');
    const attack = new Attack(bench, hub, b, targetOf(a, b));
    let first = 0;
    const flood = async (priority1: number) => {
      for (const end = first + IDENTITIES; first < end; first += BATCH)
        await attack.send(
          (['udp', 'ethernet'] as const).map((way) => ({ kind: 'announces', way, first, count: BATCH, priority1 })),
        );
    };
    for (let n = 0; n < WARM_UP_FLOODS; n++) await flood(WORSE);
    const memory = await memoryOf(hub);
    startMaster(b, 100);
    await flood(WORSE);
    await untilState(hub, 'ptp.up', 'slave');
    // One Announce of each clock qualifies none of them (IEEE 1588-2019 9.3.2.4.4).
    attack.followed.clear();
    await flood(BETTER);
    expectNoGrowth(memory, await memoryOf(hub));
    // A busy machine may lose honest Announces. Then the port listens until the next one: it never follows a forged clock.
    await untilState(hub, 'ptp.up', 'slave');
    expect(await detailOf(hub, 'ptp.up')).to.deep.include({ grandmaster: GRANDMASTER });
    expect([...attack.followed], 'grandmasters followed during the flood').to.be.empty;
    for (const id of ['ptp.down', 'ptp.elected']) expect(await detailOf(hub, id)).to.include({ state: 'master' });
    for (const id of ['ptp.up', 'ptp.down', 'ptp.elected'])
      expect((await detailOf(hub, id)).heard)
        .to.have.property('length')
        .at.most(RECORDS);
    expect(hub.process.output).not.to.match(/^ +at /m);
  });
});

type Flood = Exclude<Order, { readonly kind: 'question' }>;

/** Sends as fast as the hub takes it: the next batch goes out once the hub has counted the one before. */
class Attack {
  readonly #hub: Hub;
  readonly #child: ChildProcess;
  /** Pending calls of `order`. The attacker answers in the order of the questions. */
  readonly #waiting: ((answer: number) => void)[] = [];
  /** Grandmasters other than the honest one that the source followed while frames were sent. */
  readonly followed = new Set<unknown>();

  constructor(bench: Bench, hub: Hub, { namespace }: Machine, target: Target) {
    const program = join(import.meta.dirname, 'ptp-attacker.js');
    this.#hub = hub;
    this.#child = spawn('ip', ['netns', 'exec', namespace, process.execPath, program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    bench.later(() => this.#child.kill());
    this.#child.on('message', (answer: number) => this.#waiting.shift()?.(answer));
    this.#child.send(target);
  }

  /** Sends floods of different ways at once. Returns the number of frames sent. */
  async send(orders: readonly Flood[]): Promise<number> {
    const wanted = new Map<Way, number>();
    let all = 0;
    for (const order of orders) {
      const before = await this.#heard(order.way);
      const sent = await this.order(order);
      wanted.set(order.way, before + sent);
      all += sent;
    }
    for (const [way, count] of wanted) while ((await this.#heard(way)) < count) await this.#alive();
    return all;
  }

  order(order: Order): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#child.send(order);
    });
  }

  async #alive(): Promise<void> {
    if (this.#child.exitCode !== null) throw new Error('the attacker has ended');
  }

  /** Returns the number of messages that the hub has received by a way. */
  async #heard(way: Way): Promise<number> {
    const detail = await detailOf(this.#hub, HEARERS[way]);
    const { grandmaster } = detail;
    if (way === 'udp' && grandmaster !== undefined && grandmaster !== GRANDMASTER) this.followed.add(grandmaster);
    if (way === 'csptp') return detail.requests as number;
    const { received, rejected } = detail.messages as Readonly<Record<string, Record<string, number>>>;
    return [...Object.values(received!), ...Object.values(rejected!)].reduce((sum, count) => sum + count, 0);
  }
}

/** Starts a hub in the machine's namespace that prints the size of its heap on SIGUSR2. */
function startHub(bench: Bench, { namespace }: Machine, config: string): Promise<Hub> {
  const heap = new URL('../heap-on-signal.js', import.meta.url).href;
  const through = ['ip', 'netns', 'exec', namespace, 'env', `NODE_OPTIONS=--import ${heap}`];
  return Hub.startAs(bench, 'hub', through, config);
}

interface Memory {
  readonly heap: number;
  readonly resident: number;
}

async function memoryOf(hub: Hub): Promise<Memory> {
  const nth = 1 + [...hub.process.output.matchAll(/^heap /gm)].length;
  hub.process.signal('SIGUSR2');
  const [, heap] = await hub.process.printed(new RegExp(`^heap ${nth} (\\d+)$`, 'm'));
  return { heap: Number(heap), resident: await hub.memory() };
}

function expectNoGrowth(before: Memory, after: Memory): void {
  expect(after.heap - before.heap, 'heap').to.be.below(ALLOWED_GROWTH.heap);
  expect(after.resident - before.resident, 'resident').to.be.below(ALLOWED_GROWTH.resident);
}

const startMaster = (machine: Machine, priority1: number) =>
  machine.ptp4l('master', [
    ...['-4', '-E', '-i', machine.near, '--clockIdentity', GRANDMASTER, '--priority1', `${priority1}`],
    ...['--logSyncInterval', '-3', '--logMinDelayReqInterval', '-3', '--logAnnounceInterval', '-2'],
  ]);

const addressOf = (_: Machine): string => '10.99.0.1';
const targetOf = (a: Machine, b: Machine): Target => ({
  ...{ interface: b.near, address: addressOf(a), csptpPort: CSPTP_PORT },
});

const reportOf = (hub: Hub, id: string): Promise<DetailReport> => hub.json(`/v1/sources/${id}`);
const detailOf = async (hub: Hub, id: string): Promise<Readonly<Record<string, unknown>>> =>
  (await reportOf(hub, id)).inspect;

const untilState = (hub: Hub, id: string, wanted: string) =>
  until(
    () => detailOf(hub, id),
    ({ state }) => state === wanted,
    60_000,
  );
