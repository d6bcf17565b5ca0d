import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { HUB_ADDRESS, OTHERS_ADDRESS } from '../hostile/addresses.js';
import { Network } from '../hostile/network.js';
import { Hub } from '../hub.js';
import type { Launched } from '../launch.js';
import { need } from '../need.js';

const IDS = '0 0 65536';

describe('systemd-timesyncd', function () {
  this.timeout(60_000);
  let bench: Bench;
  afterEach(() => bench?.clear());

  /**
   * Starts timesyncd in namespaces of users and mounts of its own: it finds its configuration in /etc, wants the capability to set
   * the clock, and has it only for the clock of its own namespace, which there is none of.
   */
  async function start(through: readonly string[], program: string): Promise<Launched> {
    const config = bench.write('timesyncd.conf', `[Time]\nNTP=${HUB_ADDRESS}\nFallbackNTP=\n`);
    const users = bench.write(
      'passwd',
      `${readFileSync('/etc/passwd', 'utf8')}systemd-timesync:x:65000:65000::/:/bin/false\n`,
    );
    const script = [
      ...['echo waits', 'kill -STOP $$'],
      ...[`mount --bind ${users} /etc/passwd`, 'mount -t tmpfs none /etc/systemd'],
      ...[`cp ${config} /etc/systemd/timesyncd.conf`, 'mount -t tmpfs none /run', 'mount -t tmpfs none /var/lib'],
      ...['mkdir -p /run/systemd/timesync /var/lib/systemd', `exec ${program}`],
    ].join(' && ');
    const [command, ...rest] = [...through, 'unshare', '--user', '--mount', 'sh', '-c', script];
    const env = { ...process.env, SYSTEMD_LOG_LEVEL: 'debug', SYSTEMD_LOG_TARGET: 'console' };
    const launched = bench.launch(command!, rest, { env });
    await launched.printed(/waits/);
    for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${launched.pid}/${map}`, IDS);
    launched.signal('SIGCONT');
    return launched;
  }

  it('takes the hub’s time', async function () {
    const { program } = need(this, 'timesyncd');
    bench = new Bench();
    const network = Network.make(this, bench);
    const hub = await Hub.startAs(bench, 'server', network.asHub, '[hub]\nfree-run = true\n[sink.ntp.lan]\n');
    await hub.until(({ local }) => local === true);
    const client = await start(network.asClient, program);
    await client.printed(new RegExp(`Contacted time server ${HUB_ADDRESS.replaceAll('.', '\\.')}:123`), 30_000);
    expect(client.output).to.match(/stratum +: 10\n/);
    expect((await hub.cli('clients')).output).to.match(
      new RegExp(`${OTHERS_ADDRESS.replaceAll('.', '\\.')} +ntp\\.lan +[1-9]`),
    );
  });
});
