import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from './launch.js';
import { skip } from './need.js';
import { findPeer, type PeerName } from './peers.js';
import { Folder, root } from './place.js';

interface Script {
  /** Path below dist and arguments. No argument contains a space. */
  readonly command: string;
  /** A figure in the output. */
  readonly prints: RegExp;
  /** The script needs network namespaces. */
  readonly asRoot?: boolean;
  readonly peer?: PeerName;
}

const folder = new Folder();
const plots = `scripts/plots/index.js --quick --to ${folder.path}`;
const bench = (command: string, prints: RegExp, needs: Pick<Script, 'asRoot' | 'peer'> = {}): Script => ({
  ...{ command: `scripts/bench/${command}`, prints, ...needs },
});
const veth = { asRoot: true, peer: 'linuxptp' } as const;

/** Recordings for bench:traces, as short as it takes them. */
const delays = Array.from({ length: 50 }, (_, n) => (n % 20 === 0 ? 5e-6 : 16e-6));
writeFileSync(folder.at('tsn-cross900mbps.csv'), `delay_s\n${delays.join('\n')}\n`);
writeFileSync(folder.at('osc-pc-loopstats.csv'), 't_s,offset_s,correction_ppm\n0,0,-33\n8.5,0,-33.1\n17,0,-33\n');

/** A checkout of gpsd with two logs: one whose expected times are right, and one whose expected time is a second off. */
mkdirSync(folder.at('test/daemon'), { recursive: true });
for (const [name, second] of [
  ['right', 0],
  ['wrong', 1],
] as const) {
  const time = `2026-11-30T10:00:0${second}.000Z`;
  writeFileSync(folder.at(`test/daemon/${name}.log`), '# Date: 2026-11-30\n$GPZDA,100000.00,30,11,2026,00,00*62\r\n');
  writeFileSync(folder.at(`test/daemon/${name}.log.chk`), `{"class":"TPV","mode":1,"time":"${time}"}\r\n`);
}

/**
 * The shortest form of each script; the slowest come first. Such short runs give no valid figures, so a missed limit (exit
 * status 1) is accepted. .ci/run runs the addon's fuzzer and its tests under AddressSanitizer separately.
 */
const SCRIPTS: readonly Script[] = [
  bench('hostile.js --seconds 2 --only ^slow.readers', /slow readers \| \d+ \|/, { asRoot: true, peer: 'chrony' }),
  { command: `${plots} falsetickers pps holdover start route`, prints: /route\.svg {2}\d/ },
  { command: `${plots} legs influence shapes wander vote`, prints: /vote\.svg {2}\d/ },
  bench('soak.js --minutes 0.2 --warm-up 0', /\d+ reloads, \d+ NTP clients .*\n.*slope -?\d/),
  bench('memory.js 1', /hub with dashboard +\d+\.\d MB/),
  bench('ptp-veth.js --pairs ^gPTP.cfg$ --samples 8 --runs 1', /gPTP.cfg( +-?\d+){6} +\d+\.\d\d/, veth),
  bench('ptp-server.js --seconds 1 --only 32.clients.*(Hub|Echo)', /timehub +\d+ /, { asRoot: true }),
  bench(
    'ntp-server.js --seconds 0.3 --rounds 1 --only (saturated|nts-1).(timehub|ntpsec)',
    /saturated timehub +\d+ .*\n/,
  ),
  bench('nts-ke.js --rounds 1 --seconds 0.3 --only timehub', /timehub +\d+ .*\n/),
  bench('ntp-client.js --rounds 1 --seconds 2', /interleaved timehub +\d+ /, { peer: 'chrony' }),
  bench('pdelay.js --seconds 1 --only idle', /idle +\d+\/25 .* %/, { asRoot: true }),
  bench('soak.js --reloads 40 --warm-up 0 --pause 20', /slope -?\d+\.\d+ ± \d/),
  bench('worlds.js --from 16 --to 16 --kind servers', /worlds 1 \(\d+ h\)/),
  bench(`traces.js ${folder.path} --seeds 1 --only ^TSN`, /^1 +[\d.]+ ns .*\n\n[ !] error\/sigma: /m),
  bench('accuracy.js --quick --rows ^g-lan', /timehub.*\n.* (yes|NO) +\d/),
  bench('estimator.js --quick', /8 sources +\d+\.\d µs +\d+/),
  { command: 'scripts/digests.js --only ^(demo|507-panic)$', prints: /^2 of 2 digests are the same$/m },
  { command: 'test/fuzz/guided/cli.js ntp-server --runs 200', prints: /200 inputs, \d+ a second .* 0 findings/ },
  {
    command: `scripts/suites/gpsd-logs.js ${folder.path} --all`,
    prints: /right \| agrees \| 1 .*\n.*wrong \| disagrees .*\n\n2 logs\. agrees: 1, disagrees: 1\./,
  },
  { command: 'scripts/docs.js', prints: /^$/ },
];

describe('each script, in its shortest form', function () {
  this.timeout(300_000);
  const runs = new Map<Script, ReturnType<typeof run>>();

  before(() => {
    // The benches mostly wait, so several run at a time.
    const slots = new Slots(availableParallelism() + 1);
    for (const script of SCRIPTS) {
      if (obstacle(script) !== '') continue;
      const start = () => run(process.execPath, script.command.split(' '), { cwd: join(root, 'dist') });
      runs.set(script, slots.run(start));
    }
  });
  after(() => folder.close());

  for (const script of SCRIPTS) {
    it(script.command.replace(folder.path, 'FOLDER'), async function () {
      const started = runs.get(script);
      if (started === undefined) skip(this, obstacle(script));
      const { code, output } = await started;
      expect(output).to.match(script.prints);
      expect(code, output).to.be.oneOf([0, 1]);
    });
  }
});

/** Returns the reason why the script cannot run on this machine, or ''. */
function obstacle({ asRoot, peer }: Script): string {
  if (asRoot && process.getuid?.() !== 0) return 'no network namespaces without root';
  const found = peer && findPeer(peer);
  return found !== undefined && 'missing' in found ? found.missing : '';
}

/** Limits the number of tasks that run at a time. They start in the order of the calls. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
