import { expect } from 'chai';
import * as v from 'valibot';
import { hardwareClock, networkInterface, path, table } from '../../../api/index.js';
import { ownAddress, serverAddress } from '../../../toolkit/index.js';
import type { PluginCatalogue } from '../config.js';
import { loadConfig, parseConfig, validateConfig } from '../index.js';
import { pluginType } from '../testing/catalogue.js';
import type { MachineInventory } from './machine.js';

const server = serverAddress({ what: 'a server' });
const flag = v.optional(v.boolean(), false);
const CATALOGUE: PluginCatalogue = {
  types: new Map([
    pluginType('source.ntp', table({ address: server }), { spreadsNames: true }),
    pluginType('source.csptp', table({ address: server, interface: v.optional(networkInterface()) })),
    pluginType(
      'source.gpsd',
      table({ address: v.optional(server, 'localhost:2947'), device: v.optional(path('a device', 'device')) }),
    ),
    pluginType('sink.ntp', table({ listen: v.optional(v.array(ownAddress({ what: 'an address' })), []) })),
    pluginType('sink.system-clock', table({ steer: flag }), {
      steers: (c) => ((c as { steer: boolean }).steer ? 'system' : undefined),
    }),
    pluginType('sink.phc', table({ clock: hardwareClock(), steer: flag }), {
      steers: (c) => ((c as { steer: boolean }).steer ? `phc:${(c as { clock: string }).clock}` : undefined),
    }),
  ]),
};

/** `eth0` and `/dev/ptp0` are one clock; `/etc` and `/run` are folders. */
const machine: MachineInventory = {
  hasInterface: (name) => name === 'eth0',
  clockDevice: (id) =>
    ['phc:eth0', 'phc:ptp0', 'phc:/dev/ptp0'].includes(id)
      ? { device: '/dev/ptp0' }
      : { missing: `there is no clock "${id}"` },
  kindOf: (at) => (['/etc', '/run', '/'].includes(at) ? 'folder' : at === '/dev/ttyACM0' ? 'other' : undefined),
  addresses: () => ['192.0.2.7', '2001:db8::7'],
};

const NTP = (name: string, address: string) => `[source.ntp.${name}]\naddress = "${address}"\n`;

async function warnings(text: string): Promise<readonly string[]> {
  const loaded = await loadConfig({ text, path: '/etc/hub.toml' }, CATALOGUE, machine);
  expect(loaded.problems).to.equal(undefined);
  return loaded.warnings.map(({ code, span, message }) => `${span?.line}:${span?.column} ${code} ${message}`);
}

describe('a valid configuration', () => {
  it('has a warning for one address that two sources ask, in any spelling', async () => {
    for (const [one, other] of [
      ['192.0.2.1', '192.0.2.1:123'],
      ['2001:db8::1', '[2001:DB8:0::1]:123'],
      ['::ffff:192.0.2.1', '192.0.2.1'],
    ])
      expect(await warnings(NTP('a', one!) + NTP('b', other!)), other).to.deep.equal([
        `4:11 TH_CFG_SAME_SERVER "ntp.a" already asks ${other}: one server would vote twice`,
      ]);
  });

  it('has none for other ports, disabled sources, and a pool that NTP sources share', async () => {
    expect(await warnings(NTP('a', '192.0.2.1') + NTP('b', '192.0.2.1:124'))).to.deep.equal([]);
    expect(await warnings(`${NTP('a', '192.0.2.1') + NTP('b', '192.0.2.1')}enabled = false`)).to.deep.equal([]);
    expect(await warnings(NTP('a', 'pool.example') + NTP('b', 'pool.example'))).to.deep.equal([]);
  });

  it('has one for a name that two sources of another type ask', async () => {
    const text = '[source.csptp.a]\naddress = "Time.example."\n[source.csptp.b]\naddress = "time.example"\n';
    expect((await warnings(text))[0]).to.include('4:11 TH_CFG_SAME_SERVER');
  });

  it('has one for a receiver in two tables, and none for two receivers of one gpsd', async () => {
    expect((await warnings('[source.gpsd.a]\n[source.gpsd.b]\n'))[0]).to.include('2:2 TH_CFG_SAME_SERVER');
    const two = '[source.gpsd.a]\ndevice = "/dev/ttyACM0"\n[source.gpsd.b]\ndevice = "/dev/ttyACM1"\n';
    expect(await warnings(two)).to.deep.equal(['4:10 TH_CFG_ABSENT there is no device "/dev/ttyACM1"']);
    expect(await warnings('[source.gpsd.a]\naddress = "192.0.2.9"\ndevice = "/dev/ttyACM1"\n')).to.deep.equal([]);
  });

  it('has one for a source that asks a sink of this hub', async () => {
    for (const [asked, listen] of [
      ['127.0.0.1', '[::]:123'],
      ['[::1]', '0.0.0.0:123'],
      ['192.0.2.7', '0.0.0.0:123'],
      ['192.0.2.7:11123', '192.0.2.7:11123'],
    ])
      expect((await warnings(`${NTP('a', asked!)}[sink.ntp.lan]\nlisten = ["${listen}"]\n`))[0], asked).to.match(
        /^2:11 TH_CFG_SAME_SERVER .* is this hub itself: "ntp\.lan" listens there$/,
      );
    expect(await warnings(`${NTP('a', '127.0.0.1:11123')}[sink.ntp.lan]\nlisten = ["[::]:123"]\n`)).to.deep.equal([]);
    expect(await warnings(`${NTP('a', '192.0.2.1')}[sink.ntp.lan]\nlisten = ["[::]:123"]\n`)).to.deep.equal([]);
  });

  it('has one for two sinks that steer one clock, by any name', async () => {
    const source = NTP('a', '192.0.2.1');
    const system = '[sink.system-clock.a]\nsteer = true\n[sink.system-clock.b]\nsteer = ';
    expect(await warnings(`${source}${system}true\n`)).to.deep.equal([
      '6:9 TH_CFG_SAME_CLOCK "system-clock.a" already steers the clock system: this sink would only observe it',
    ]);
    expect(await warnings(`${source}${system}false\n`)).to.deep.equal([]);
    const phc = '[sink.phc.a]\nclock = "eth0"\nsteer = true\n[sink.phc.b]\nclock = "/dev/ptp0"\nsteer = true\n';
    expect((await warnings(source + phc))[0]).to.include('8:9 TH_CFG_SAME_CLOCK "phc.a" already steers');
  });

  it('has one for interfaces, clocks and folders that this machine does not have', async () => {
    const text = `[hub]\nstate-dir = "state"\nevent-log = "/var/log/x/log.jsonl"
[source.csptp.a]\naddress = "192.0.2.1"\ninterface = "eth7"\n[sink.phc.a]\nclock = "/dev/ptp9"\n`;
    expect(await warnings(text)).to.deep.equal([
      '2:13 TH_CFG_ABSENT there is no folder "/etc/state"',
      '3:13 TH_CFG_ABSENT there is no folder "/var/log/x"',
      '6:13 TH_CFG_ABSENT there is no interface "eth7"',
      '8:9 TH_CFG_ABSENT there is no clock "phc:/dev/ptp9"',
    ]);
  });

  it('is not compared with this machine if its world is simulated', async () => {
    expect(await warnings(`${NTP('a', '192.0.2.1')}[sink.phc.a]\nclock = "/dev/ptp9"\n[lab]\n`)).to.deep.equal([]);
  });

  it('has one for a file of conf.d that is not read, and lists the files that are', async () => {
    const around = {
      dropIns: [{ path: '/etc/conf.d/10-a.toml', text: NTP('a', '192.0.2.1') }],
      skipped: ['/etc/conf.d/20-b.conf'],
      presets: new Map([['quiet', { path: '/usr/quiet.toml', text: '' }]]),
    };
    const loaded = await validateConfig(parseConfig('preset = "quiet"\n', '/etc/hub.toml', around), CATALOGUE);
    expect(loaded.files).to.deep.equal(['/etc/hub.toml', '/etc/conf.d/10-a.toml', '/usr/quiet.toml (preset quiet)']);
    expect(loaded.warnings.map(({ file, code }) => [file, code])).to.deep.equal([
      ['/etc/conf.d/20-b.conf', 'TH_CFG_NOT_READ'],
    ]);
  });
});
