import { expect } from 'chai';
import { type Course, observe, PORT, PTP4L, worstNs } from './scene.js';

const SECONDS = 50;

/** Time within which the clocks must settle, s. */
const SETTLED_S = 30;

/** The grandmaster's clock keeps TAI, 0.3 s ahead of the machine's, and runs 5 ppm fast. The hub's clock is 1 ms off it. */
const CLOCKS = `phc_ctl /dev/ptp2 set adj 37.3 freq 5000
phc_ctl /dev/ptp3 set adj 37.301
`;

const START = `${PTP4L} >/run/master.log 2>&1 &
sleep 2
node /repo/bin/timehub run /hub.toml >/run/hub.log 2>&1 &
`;

describe('a hub on a card that stamps, beside a grandmaster of linuxptp', function () {
  this.timeout(1_800_000);
  let course: Course;
  before(async function () {
    course = await observe(this, {
      name: 'follower',
      hub: `[source.ptp.grandmaster]\n${PORT}`,
      clocks: CLOCKS,
      master: 0,
      start: START,
      reference: 'ptp2',
      observed: ['ptp3', 'system'],
      seconds: SECONDS,
    });
  });

  it('brings the card from 1 ms and 5 ppm off to within 100 ns, and keeps it there', () => {
    const { sightings, log } = course;
    expect(sightings, log).to.have.length.above(SECONDS / 2);
    expect(Math.abs(sightings[0]!.offsetsNs.ptp3!), log).to.be.within(5e5, 2e6);
    expect(worstNs(course, 'ptp3', 0, SETTLED_S), log).to.be.below(100);
  });

  it('keeps the clock of the machine by the card, 37 s behind TAI, without phc2sys', () => {
    expect(worstNs(course, 'system', 37e9, SETTLED_S), course.log).to.be.below(500);
  });
});
