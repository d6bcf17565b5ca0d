import { expect } from 'chai';
import { HubError } from '../../../api/index.js';
import { formatProblems, loadConfig } from '../index.js';
import { CATALOGUE, pluginType } from '../testing/catalogue.js';

const NTP = '[source.ntp.a]\nhost = "x"\n';

const load = (text: string) => loadConfig({ text, path: 'hub.toml' }, CATALOGUE);

async function told(text: string): Promise<string> {
  const { problems } = await load(text);
  return problems === undefined ? '' : formatProblems(problems);
}

/** Returns the first line of each problem: `place message code`. */
const messages = async (text: string): Promise<string[]> =>
  (await told(text)).split('\n').filter((line) => line.startsWith('hub.toml'));

const hints = async (text: string): Promise<string[]> => {
  const { problems } = await load(text);
  return (problems ?? []).map(({ hint }) => hint ?? '');
};

describe('a configuration', () => {
  it('is refused with five different mistakes at once, each with its place, a caret and a hint', async () => {
    const text = `preset = "clinet"

[hub]
min-agreing = 2

[source.ntp.a]
hots = "192.0.2.1"
poll-min = 64

[source.ntpp.b]
host = "x"
`;
    expect(await told(text)).to.equal(
      `hub.toml:1:10  there is no preset "clinet"  TH_CFG_UNKNOWN_PRESET
    1 | preset = "clinet"
      |          ^^^^^^^^  did you mean "client"?
hub.toml:4:1  unknown key "min-agreing" in [hub]  TH_CFG_UNKNOWN_KEY
    4 | min-agreing = 2
      | ^^^^^^^^^^^  did you mean "min-agreeing"?
hub.toml:7:1  unknown key "hots" in [source.ntp.a]  TH_CFG_UNKNOWN_KEY
    7 | hots = "192.0.2.1"
      | ^^^^  did you mean "host"?
hub.toml:8:12  poll-min must be a duration such as "64s", from 1s to 1d, got 64  TH_CFG_VALUE
    8 | poll-min = 64
      |            ^^  did you mean "64s"?
hub.toml:10:9  no source type "ntpp"  TH_CFG_UNKNOWN_TYPE
   10 | [source.ntpp.b]
      |         ^^^^  did you mean "ntp"? known: ntp, raw, gpsd`,
    );
  });

  it('becomes the options and plans of the hub', async () => {
    const { config } = await load(`
[hub]
min-agreeing = 1
max-error = "2ms"
state-dir = "state"
[source.ntp.a]
host = "x"
poll-min = "2s"
prefer = true
offset = "-50ns"
asymmetry = "2us"
on-error = "ignore"
[sink.ntp.lan]
enabled = false
[target]
max-error = "1us"
[lab]
world = { drift = "1ppm" }
`);
    expect(config?.hub).to.include({ minAgreeing: 1, maxErrorNs: 2e6, trackingErrorNs: 2e5, logLevel: 'info' });
    expect(config?.hub.stateDir).to.equal(`${process.cwd()}/state`);
    expect(config?.hub.targetErrorNs).to.equal(1000);
    expect(config?.lab).to.deep.equal({ world: { drift: '1ppm' } });
    const [source, sink] = config?.instances ?? [];
    expect(source).to.deep.include({ kind: 'source', id: 'ntp.a', onError: 'ignore', enabled: true });
    expect(source?.config).to.include({ host: 'x', 'poll-min': 2e9, burst: 4 });
    expect(source)
      .to.have.property('options')
      .that.includes({ prefer: true, trust: false, offsetNs: -50, asymmetryNs: 2000 });
    expect(sink).to.deep.include({ kind: 'sink', id: 'ntp.lan', enabled: false });
  });

  it('without a source is refused with a hint', async () => {
    expect(await told('')).to.equal(
      'hub.toml  there is no source of time  TH_CFG_NO_SOURCE\n      add a table such as [source.ntp.a] with address = "ntp.example.org"; to run without one, set free-run = true in [hub]',
    );
    expect(await messages(`${NTP}enabled = false\n`)).to.deep.equal([
      'hub.toml:1:2  every source is disabled  TH_CFG_NO_SOURCE',
    ]);
  });

  it('without a source is valid with free-run', async () => {
    expect(await messages('[hub]\nfree-run = true\n')).to.deep.equal([]);
    for (const stratum of [0, 16])
      expect(await messages(`[hub]\nfree-run = true\nlocal-stratum = ${stratum}\n`)).to.have.lengthOf(1);
  });
});

describe('a value', () => {
  const value = async (line: string): Promise<string> => {
    const { problems } = await load(`${NTP}${line}`);
    return problems?.map(({ message, hint }) => `${message} (${hint ?? ''})`).join('; ') ?? 'accepted';
  };

  it('without a unit gets the unit that fits its range', async () => {
    expect(await value('poll-min = 64')).to.contain('(did you mean "64s"?)');
    expect(await value('poll-min = 0')).to.contain('(units: ');
    expect(await value('skew = -7.2')).to.contain('(did you mean "-7.2ppm"?)');
    expect(await value('poll-min = "64"')).to.contain('(did you mean "64s"?)');
  });

  it('with the unit of another kind or a word for a unit gets the right one', async () => {
    expect(await value('poll-min = "5ppm"')).to.contain('(units: ns, us, ms, s, min, h, d)');
    expect(await value('poll-min = "5 minutes"')).to.contain('(did you mean "5min"?)');
    expect(await value('poll-min = "5m"')).to.contain('(did you mean "5min"?)');
    expect(await value('poll-min = "64S"')).to.contain('(did you mean "64s"?)');
    expect(await value('offset = "0,5us"')).to.contain('(did you mean "0.5us"?)');
    expect(await value('skew = "3 s"')).to.contain('(units: ppb, ppm)');
  });

  it('out of its range gets the range and no unit', async () => {
    expect(await value('poll-min = "1ms"')).to.equal(
      'poll-min must be a duration such as "64s", from 1s to 1d, got "1ms" ()',
    );
  });

  it('of the wrong type gets a form that is accepted', async () => {
    expect(await value('port = "123"')).to.equal(
      'port must be a port number from 0 to 65535, got "123" (did you mean 123?)',
    );
    expect(await value('iburst = "yes"')).to.contain('(did you mean true?)');
    expect(await value('mode = "Interleave"')).to.contain('(did you mean "interleaved"?)');
    expect(await value('keys = "a"')).to.contain('(did you mean ["a"]?)');
    expect(await value('prefer = 1')).to.contain('(did you mean true?)');
    expect(await value('burst = 2.5')).to.equal('burst must be a whole number from 1 to 8, got 2.5 ()');
    expect(await value('mode = 1979-05-27')).to.contain('got a date');
  });

  it('in a nested table or a list is shown at its place', async () => {
    expect(await messages(`${NTP}limit = { interval = 2, rate = 1 }`)).to.deep.equal([
      'hub.toml:3:22  limit.interval must be a duration such as "64s", got 2  TH_CFG_VALUE',
    ]);
    expect(await messages(`${NTP}keys = ["a", "b",\n  3]`)).to.deep.equal([
      'hub.toml:4:3  keys[2] must be a key name, got 3  TH_CFG_VALUE',
    ]);
  });
});

describe('a key', () => {
  it('that is required is missed at the header of its table', async () => {
    expect(await told('[source.ntp.a]\nport = 1')).to.equal(
      `hub.toml:1:2  [source.ntp.a] needs the key "host"  TH_CFG_MISSING_KEY
    1 | [source.ntp.a]
      |  ^^^^^^^^^^^^  host must be a host name or address`,
    );
    expect(await messages(`${NTP}limit = { interval = "2s" }`)).to.deep.equal([
      'hub.toml:3:1  [source.ntp.a.limit] needs the key "rate"  TH_CFG_MISSING_KEY',
    ]);
  });

  it('that is required is not missed if it is misspelt', async () => {
    expect(await messages('[source.ntp.a]\nHost = "x"')).to.deep.equal([
      'hub.toml:2:1  unknown key "Host" in [source.ntp.a]  TH_CFG_UNKNOWN_KEY',
    ]);
  });

  it('in the wrong table gets the right one', async () => {
    expect(await hints(`min-agreeing = 1\n${NTP}`)).to.deep.equal(['it belongs in [hub]']);
    expect(await hints(`${NTP}max-error = "1s"`)).to.deep.equal(['it belongs in [hub] or in [target]']);
    expect(await hints(`${NTP}[hub]\nplugins = []`)).to.deep.equal([
      'it belongs at the top of the file, before the first table',
    ]);
    expect(await hints(`${NTP}stratum = 2`)).to.deep.equal(['it belongs in [sink.ntp.name]']);
    expect(await hints(`${NTP}[sink.ntp.b]\nprefer = true`)).to.deep.equal(['it belongs in [source.type.name]']);
  });

  it('in another spelling is known by its kebab-case name', async () => {
    expect(await hints(`${NTP}pollMin = "1s"`)).to.deep.equal(['did you mean "poll-min"?']);
    expect(await hints(`${NTP}POLL_MIN = "1s"`)).to.deep.equal(['did you mean "poll-min"?']);
  });

  it('that is unknown gets the list of known keys', async () => {
    expect(await hints(`${NTP}colour = "blue"`)).to.deep.equal([
      'known: host, port, poll-min, skew, burst, iburst, mode, limit, keys, enabled, on-error, prefer, trust, …',
    ]);
    expect(await hints(`${NTP}limit = { rate = 1, intervall = "1s" }`)).to.deep.equal(['did you mean "interval"?']);
  });
});

describe('a table', () => {
  it('without a name, in double brackets or with an invalid name gets its right form', async () => {
    expect(await hints(`${NTP}[sink.ntp]\nlisten = "x"`)).to.deep.equal(['write [sink.ntp.main], or another name']);
    expect(await messages(`${NTP}[[sink.ntp.b]]`)).to.deep.equal([
      'hub.toml:3:12  [[sink.ntp.b]] is a list  TH_CFG_SHAPE',
    ]);
    expect(await messages(`${NTP}[sink.ntp."a.b"]`)).to.deep.equal([
      'hub.toml:3:2  "a.b" is not a valid name  TH_CFG_NAME',
    ]);
    expect(await messages(`${NTP}hub.x = 1\n[sources.ntp.b]`)).to.have.length(2);
  });

  it('of a type at the wrong level or of the wrong kind gets its right header', async () => {
    expect(await hints(`${NTP}[gpsd.a]`)).to.deep.equal(['did you mean [source.gpsd.name]?']);
    expect(await hints(`${NTP}[sink.gpsd.a]`)).to.deep.equal(['did you mean [source.gpsd.a]?']);
    expect(await hints(`${NTP}[suorce.gpsd.a]`)).to.deep.equal(['did you mean "source"?']);
  });

  it('of a clock is refused, and the hint names the tables with the options of clocks', async () => {
    for (const table of ['[clock.system]', '[clock."phc:eth0"]\nmax-slew = "1ppm"', '[clock]\nx = 1']) {
      expect((await messages(`${NTP}${table}`))[0], table).to.match(/^hub\.toml:3:2 {2}unknown table \[clock\]/);
      expect((await hints(`${NTP}${table}`))[0], table)
        .to.include('[sink.system-clock.main]')
        .and.include('[sink.phc.main]');
    }
  });
});

describe('values that contradict each other', () => {
  it('are reported: too many must agree, tracking-error above max-error, one address twice, one id twice', async () => {
    expect(await messages(`[hub]\nmin-agreeing = 3\n${NTP}[source.ntp.b]\nhost = "y"`)).to.deep.equal([
      'hub.toml:2:16  3 sources must agree, but there are 2 sources that vote  TH_CFG_CONFLICT',
    ]);
    expect(await messages(`[hub]\nmin-agreeing = 2\n${NTP}[source.ntp.b]\nhost = "y"\nnoselect = true`)).to.deep.equal([
      'hub.toml:2:16  2 sources must agree, but there is 1 source that votes  TH_CFG_CONFLICT',
    ]);
    expect(await messages(`[hub]\ntracking-error = "2s"\n${NTP}`)).to.deep.equal([
      'hub.toml:2:18  tracking-error (2 s) must not be above max-error (1 s)  TH_CFG_CONFLICT',
    ]);
    expect(await messages(`${NTP}[sink.ntp.b]\nlisten = "[::]:123"\n[sink.ntp.c]`)).to.deep.equal([
      'hub.toml:5:2  "ntp.b" already listens on [::]:123  TH_CFG_CONFLICT',
    ]);
    expect(await messages(`${NTP}[sink.ntp.a]`)).to.deep.equal([
      'hub.toml:3:2  a source is also called "ntp.a"  TH_CFG_DUPLICATE',
    ]);
  });

  it('are not reported for sinks of other types or disabled ones', async () => {
    const two = `${NTP}[sink.ntp.b]\nlisten = "[::]:80"\n[sink.web.c]\nlisten = "[::]:80"\n[sink.ntp.d]\nlisten = "[::]:80"\nenabled = false`;
    expect((await load(two)).problems).to.equal(undefined);
  });
});

describe("a library's own message", () => {
  it('is reworded', async () => {
    const text =
      '[source.raw.a]\nlevel = "high"\nshape = "sqare"\n[source.raw.b]\n[source.raw.c]\nlevel = 1\nlevle = 2';
    expect((await load(text)).problems?.map(({ message, hint }) => [message, hint])).to.deep.equal([
      ['level must be a number, got "high"', undefined],
      ['shape must be one of "round", "square", got "sqare"', 'did you mean "square"?'],
      ['[source.raw.b] needs the key "level"', 'level must be a number'],
      ['unknown key "levle" in [source.raw.c]', 'did you mean "level"?'],
    ]);
  });
});

describe('a plugin that could not be loaded', () => {
  it('is reported where it is named, and its types are not reported as unknown', async () => {
    const failures = new Map([
      ['timehub-source-lora', new HubError('TH_PLUGIN_NOT_FOUND', 'no package "timehub-source-lora"')],
    ]);
    const text = `plugins = ["x", "timehub-source-lora"]\n[source.lora.a]\n`;
    const { problems } = await loadConfig({ text, path: 'hub.toml' }, { ...CATALOGUE, failures });
    expect(problems?.map(({ span, code }) => [span?.line, span?.column, span?.width, code])).to.deep.equal([
      [1, 17, 21, 'TH_PLUGIN_NOT_FOUND'],
    ]);
  });

  it('is reported at its table if its code does not load or its check crashes', async () => {
    const failure = new HubError('TH_PLUGIN_LOAD', 'it is broken');
    const crash = {
      version: 1 as const,
      vendor: 'x',
      validate: () => {
        throw new Error('oops');
      },
    };
    const types = new Map([['source.a', { summary: '', failure }], pluginType('source.b', { '~standard': crash })]);
    const { problems } = await loadConfig({ text: '[source.a.x]\n[source.b.x]\n', path: 'hub.toml' }, { types });
    expect(problems?.map(({ span, code, message }) => [span?.line, code, message])).to.deep.equal([
      [1, 'TH_PLUGIN_LOAD', 'it is broken'],
      [2, 'TH_PLUGIN_CRASHED', 'the check of [source.b.x] failed in the plugin: oops'],
    ]);
  });
});
