import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { timehub } from '../hub.js';
import { run } from '../launch.js';

const SOURCE = '[source.ntp.z]\naddress = "192.0.2.200"\n';

/** For each kind of thing that a plugin can name: a key, with values that are invalid on every machine. */
const REFUSED: readonly (readonly [table: string, key: string, values: readonly string[]])[] = [
  [
    'source.ntp.a',
    'address',
    ['$'.concat('{NTP}'), '<server>', '192.168.1.300', '10.0.0', '-', '10.0.0.1:70000', 'ntp://a', '[::1', ''],
  ],
  ['source.csptp.a', 'address', ['{{ server }}', '256.1.1.1', 'a.example:0']],
  ['source.gpsd.a', 'address', ['%GPSD%', '1.2.3.4.5', 'gpsd://a']],
  ['source.gpsd.a', 'device', ['@DEVICE@', ' ']],
  ['source.ptp.a', 'interface', ['$'.concat('{IF}'), 'a/b', 'an-interface-too-long']],
  ['source.phc.a', 'clock', ['<clock>', '$CLOCK']],
  ['sink.ntp.a', 'listen', ['ntp.example.org', '0.0.0.0.0:123', '__LISTEN__:123']],
  ['sink.csptp.a', 'listen', ['$LISTEN', '10.0.0:319']],
  ['sink.observability.a', 'listen', ['{{ listen }}:80', '127.0.0.1']],
  ['sink.observability.a', 'socket', ['~/timehub.sock', '$'.concat('{RUN}/sock')]],
  ['hub', 'state-dir', ['$'.concat('{STATE}'), '%S/timehub']],
  ['hub', 'event-log', ['{{ log }}', 'file:///var/log/x']],
];

const CLOCKS = '[sink.system-clock.a]\nsteer = true\n[sink.system-clock.b]\nsteer = true\n';
const TWICE = '[source.ntp.a]\naddress = "192.0.2.1"\n[source.ntp.b]\naddress = "192.0.2.1:123"\n';

describe('check-config', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  const check = async (text: string, ...options: readonly string[]) =>
    run(process.execPath, [timehub, 'check-config', ...options, bench.write('hub.toml', text)]);

  it('refuses values that can be no address, interface or path, each at its place', async () => {
    // One file has all values in tables of different names. Each value of [hub] needs its own file.
    const tables = REFUSED.filter(([table]) => table !== 'hub').flatMap(([table, key, values]) =>
      values.map((value, index) => ({
        header: `[${table}${index}x${key}]`,
        line: `${key} = ${JSON.stringify(value)}`,
      })),
    );
    const text = tables.map(({ header, line }) => `${header}\n${line}\n`).join('');
    const { code, output } = await check(text);
    expect(code).to.equal(78);
    const told = [...output.matchAll(/hub\.toml:(\d+):\d+ .*TH_CFG_VALUE/g)].map((match) => Number(match[1]));
    const missed = tables
      .filter((_, index) => !told.includes(2 * index + 2))
      .map(({ header, line }) => `${header} ${line}`);
    expect(missed).to.deep.equal([]);
    for (const [, key, values] of REFUSED.filter(([table]) => table === 'hub')) {
      for (const value of values) {
        const refused = await check(`[hub]\n${key} = ${JSON.stringify(value)}\n${SOURCE}`);
        expect(refused.output, value).to.match(/hub\.toml:2:\d+ .*TH_CFG_VALUE/);
      }
    }
  });

  it('warns of what is legal and not meant, says "good" and names the files that it read', async () => {
    mkdirSync(bench.folder.at('conf.d'));
    bench.write('conf.d/10-twice.toml', TWICE);
    bench.write('conf.d/20-more.conf', '');
    const absent =
      '[source.csptp.c]\naddress = "192.0.2.3"\ninterface = "absent0"\n[sink.phc.p]\nclock = "/dev/ptp250"\n';
    const { code, output } = await check(`preset = "monitor"\n[hub]\nstate-dir = "absent/state"\n${CLOCKS}${absent}`);
    expect(code).to.equal(0);
    const warned = [...output.matchAll(/^warning: \S*?([\w.-]+(?::\d+:\d+)?) {2}.* {2}(TH_\w+)$/gm)].map((match) =>
      match.slice(1),
    );
    expect(warned).to.deep.equal([
      ['hub.toml:3:13', 'TH_CFG_ABSENT'],
      ['hub.toml:7:9', 'TH_CFG_SAME_CLOCK'],
      ['hub.toml:10:13', 'TH_CFG_ABSENT'],
      ['hub.toml:12:9', 'TH_CFG_ABSENT'],
      ['10-twice.toml:4:11', 'TH_CFG_SAME_SERVER'],
      ['20-more.conf', 'TH_CFG_NOT_READ'],
    ]);
    expect(output).to.match(
      /good with 6 warnings; it describes .*\nread: .*hub\.toml, .*10-twice\.toml, .*\(preset monitor\)/,
    );
  });

  it('takes warnings for errors with --strict, and tells programs both with --json', async () => {
    const strict = await check(TWICE, '--strict');
    expect(strict.code).to.equal(78);
    expect(strict.output).to.include('TH_CFG_SAME_SERVER').and.not.include('warning:');
    const { code, output } = await check(TWICE, '--json');
    const { files, problems, warnings } = JSON.parse(output);
    expect(code).to.equal(0);
    expect(files).to.have.length(1);
    expect(problems).to.deep.equal([]);
    expect(warnings[0]).to.include({ code: 'TH_CFG_SAME_SERVER', severity: 'warning' });
    expect(warnings[0].span).to.include({ line: 4, column: 11 });
  });

  it('refuses [clock.…] and says where a clock is set up', async () => {
    const { code, output } = await check(`${SOURCE}[clock.system]\nmax-slew = "10ppm"\n`);
    expect(code).to.equal(78);
    expect(output).to.include('hub.toml:3:2').and.include('[sink.system-clock.main]');
  });
});
