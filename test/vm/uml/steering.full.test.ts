import { expect } from 'chai';
import type { StatusReport } from 'timehub/api';
import { Bench } from '../../bench.js';
import { need, skip } from '../../need.js';
import { type GuestPlan, type GuestRecord, obstacle, runGuest, SERVER } from './guest.js';
import { summarise, withinFrom } from './offsets.js';

const SECONDS = Number(process.env.TIMEHUB_GUEST_SECONDS ?? 120);
/** Time within which the clock must settle, s. */
const SETTLED_S = 30;
/** `date` sets the guest's clock late by its own start, up to half a second on a busy machine. An offset of 0.1 s or less would be slewed. */
const START = { offsetS: 2, frequencyPpm: 50 };

const CHRONY: Pick<GuestPlan, 'client' | 'finish'> = {
  client: `cat >/run/chrony.conf <<C
server ${SERVER} iburst minpoll 0 maxpoll 0
makestep 0.01 5
cmdport 0
C
exec "$repo/.cache/peers/chrony/usr/sbin/chronyd" -u root -d -f /run/chrony.conf`,
  finish: '"$repo/.cache/peers/chrony/usr/bin/chronyc" -n tracking',
};

const hub = (privilege: string): Pick<GuestPlan, 'client' | 'finish'> => ({
  client: `cat >/run/hub.toml <<C
[source.ntp.server]
address = "${SERVER}"
poll-min = "1s"
poll-max = "1s"
[sink.system-clock.local]
steer = true
[sink.observability.local]
socket = "/run/hub.sock"
C
exec ${privilege} node "$repo/bin/timehub" run /run/hub.toml`,
  finish: 'node "$repo/bin/timehub" status --json --socket /run/hub.sock',
});

const WITHOUT_PRIVILEGE = 'setpriv --bounding-set=-sys_time --inh-caps=-sys_time';

describe('a guest with a clock of its own, two seconds and 50 ppm off', function () {
  this.timeout((SECONDS + 90) * 1000);
  let bench: Bench;
  let guest: (name: string, seconds: number, run: Pick<GuestPlan, 'client' | 'finish'>) => Promise<GuestRecord>;
  let records: Readonly<Record<'chrony' | 'hub' | 'observer', GuestRecord>>;
  before(async function () {
    const programs = { uml: need(this, 'uml'), chrony: need(this, 'chrony'), busybox: need(this, 'busybox') };
    const reason = obstacle();
    if (reason !== '') skip(this, reason);
    bench = new Bench();
    guest = (name, seconds, run) => runGuest(bench, programs, { name, seconds, start: START, ...run });
    const [clients, observer] = await Promise.all([sideBySide(1), guest('observer', 20, hub(WITHOUT_PRIVILEGE))]);
    records = { ...clients, observer };
  });
  after(() => bench?.clear());

  /** Runs both guests at the same time, so that other programs of this machine disturb them alike. */
  async function sideBySide(boot: number) {
    const [chrony, steering] = await Promise.all([
      guest(`chrony${boot}`, SECONDS, CHRONY),
      guest(`hub${boot}`, SECONDS, hub('')),
    ]);
    return { chrony, hub: steering };
  }

  it('is brought to within 1 ms in 30 s', () => {
    const { offsets, log } = records.hub;
    expect(withinFrom(offsets, 1e6), log).to.be.below(30);
  });

  it('is then kept as close as chronyd keeps it', async function () {
    this.timeout(3 * (SECONDS + 90) * 1000);
    // The two directions differ by 0 to 13 µs from boot to boot, which no client can see: two boots of three decide.
    const kept = [isKeptAsClose(records)];
    if (kept[0] === false) kept.push(isKeptAsClose(await sideBySide(2)), isKeptAsClose(await sideBySide(3)));
    expect(kept.filter((close) => close)).to.have.length.above(kept.length / 2);
  });

  it('is only observed without CAP_SYS_TIME, and the hub says why', () => {
    const { offsets, finish } = records.observer;
    const status = JSON.parse(finish) as StatusReport;
    expect(status.clocks[0]).to.include({ steered: false });
    expect(status.clocks[0]!.offsetNs).to.be.closeTo(offsets.at(-1)!.offsetNs, 1e6);
    expect(JSON.stringify(status.sinks)).to.match(/CAP_SYS_TIME/);
    // The offset grew by 50 ppm of the time of observation and no more: the clock was not steered.
    expect(offsets.at(-1)!.offsetNs).to.be.closeTo(offsets[0]!.offsetNs, 3e6);
  });
});

/** Returns whether the hub's RMS is at most 1.2 times that of chronyd beside it. */
function isKeptAsClose(records: Readonly<Record<'chrony' | 'hub', GuestRecord>>): boolean {
  const settled = ({ offsets }: GuestRecord) => ({
    within1msS: withinFrom(offsets, 1e6),
    within100usS: withinFrom(offsets, 1e5),
    ...summarise(offsets, SETTLED_S),
  });
  const [ours, theirs] = [settled(records.hub), settled(records.chrony)];
  process.stdout.write(`${JSON.stringify({ hub: ours })}\n${JSON.stringify({ chrony: theirs })}\n`);
  return ours.rmsNs <= 1.2 * theirs.rmsNs;
}
