import { expect } from 'chai';
import { type Course, observe, PORT, PTP4L, worstNs } from './scene.js';

const SECONDS = 45;
const SETTLED_S = 25;
const GPSD_PORT = 2947;

/** True time is that of a clock that is never set. It is 0.3 s ahead of the machine's and 5 ppm faster than the cards'. */
const CLOCKS = `echo 2 >/sys/class/ptp/ptp1/n_vclocks
phc_ctl /dev/ptp4 set adj 37.3 freq 5000
phc_ctl /dev/ptp3 set adj 37
phc_ctl /dev/ptp2 set adj 37
`;

const START = `node /repo/receiver.mjs ${GPSD_PORT} ptp4 >/run/receiver.log 2>&1 &
node /repo/bin/timehub run /hub.toml >/run/hub.log 2>&1 &
node /repo/bin/timehub wait --max-error 1ms --timeout 60s --socket /run/hub.sock
# Once it is watched.
(sleep 6; ${PTP4L} -s --summary_interval 0 --first_step_threshold 0.00001 >/run/slave.log 2>&1) &
`;

describe('a grandmaster of ours with a receiver, on a card that stamps, beside a follower of linuxptp', function () {
  this.timeout(1_800_000);
  let course: Course;
  before(async function () {
    course = await observe(this, {
      name: 'grandmaster',
      hub: `[source.gpsd.receiver]\nprecision = "50ns"\n[sink.ptp.lan]\nrole = "fixed"\n${PORT}`,
      clocks: CLOCKS,
      master: 1,
      start: START,
      reference: 'ptp4',
      observed: ['ptp2', 'ptp3', 'system'],
      seconds: SECONDS,
      programs: { 'repo/receiver.mjs': 'receiver.ts' },
    });
  });

  it('brings the follower to within 100 ns of true time, and keeps it there', () => {
    const { sightings, log } = course;
    expect(sightings, log).to.have.length.above(SECONDS / 2);
    expect(Math.abs(sightings[0]!.offsetsNs.ptp2!), log).to.be.above(1e8);
    expect(worstNs(course, 'ptp2', 0, SETTLED_S), log).to.be.below(100);
  });

  it('keeps its own card and the clock of the machine by the receiver', () => {
    expect(worstNs(course, 'ptp3', 0, SETTLED_S), course.log).to.be.below(100);
    expect(worstNs(course, 'system', 37e9, SETTLED_S), course.log).to.be.below(100);
  });
});
