import { createSocket } from 'node:dgram';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub, timehub } from '../hub.js';
import { run } from '../launch.js';

const FIVE_MISTAKES = `
[hub]
log-level = "chatty"
[source.ntp.a]
addres = "127.0.0.1:123"
[source.ntp.b]
address = "127.0.0.1:11501"
poll-min = "16 parsecs"
[source.gpds.c]
address = "localhost:2947"
[sink.ntp.lan]
listen = "nowhere"
`;

const SOURCE = '[source.ntp.a]\naddress = "127.0.0.1:9"\n';

describe('an invalid configuration', function () {
  this.timeout(30_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  const check = (path: string) => run(process.execPath, [timehub, 'check-config', path]);

  it('is reported at once: place, line, hint and code of each mistake', async () => {
    const { code, output } = await check(bench.write('five.toml', FIVE_MISTAKES));
    expect(code).to.equal(78);
    const places = [...output.matchAll(/five\.toml:(\d+):(\d+) .*TH_CFG_[A-Z_]+/g)].map((match) => Number(match[1]));
    expect(places).to.include.members([3, 5, 8, 9, 12]);
    expect(output).to.include('address').and.include('gpsd').and.include('"64s"');
    expect(output).not.to.match(/^ +at /m);
  });

  for (const command of ['check-config', 'run']) {
    it(`is a folder: ${command} says so`, async () => {
      const { code, output } = await run(process.execPath, [timehub, command, bench.folder.path]);
      expect(code).to.equal(78);
      expect(output)
        .to.match(/director|folder/)
        .and.match(/TH_CFG_/);
      expect(output).not.to.match(/^ +at /m);
    });
  }

  it('is absent', async () => {
    const { code, output } = await check(bench.folder.at('absent.toml'));
    expect(code).to.equal(78);
    expect(output)
      .to.include('absent.toml')
      .and.match(/TH_CFG_/);
  });

  it('names a port that is in use: the sink says so and the hub runs on', async () => {
    const holder = createSocket('udp4');
    await new Promise<void>((resolve) => holder.bind(0, '127.0.0.1', resolve));
    bench.later(() => holder.close());
    const hub = await Hub.start(bench, `${SOURCE}[sink.ntp.lan]\nlisten = "127.0.0.1:${holder.address().port}"\n`);
    const { sinks } = await hub.until((status) =>
      status.sinks.some(({ id, state }) => id === 'ntp.lan' && state === 'failed'),
    );
    expect(sinks.find(({ id }) => id === 'ntp.lan')!.reason).to.match(/in use|taken|already/);
    expect(hub.process.output).not.to.match(/^ +at /m);
  });
});
