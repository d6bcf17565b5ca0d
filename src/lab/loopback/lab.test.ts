import { chownSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HubError } from '../../api/index.js';
import { openHost } from '../../host/host.js';
import { fromNtpTime, readHeader } from '../../protocol/ntp/index.js';
import { askLab, serveControl } from './control.js';
import { startLab } from './lab.js';
import { parseLab } from './lab-table.js';

const NTP = { address: '127.0.0.1', port: 11_251 };
const GPSD = { address: '127.0.0.1', port: 11_252 };
const TABLE = {
  server: [
    { name: 'a', listen: '127.0.0.1:11251', offset: '30ms', up: { base: '5ms' }, down: { base: '9ms' }, refid: 'GPS' },
    { name: 'lossy', listen: '127.0.0.1:11253', up: {}, loss: 1 },
  ],
  gpsd: [{ name: 'gnss', listen: '127.0.0.1:11252', 'serial-delay': '10ms', 'serial-jitter': '0s' }],
};

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('the table [lab]', () => {
  it('is refused with all its errors', () => {
    const message = messageOf(() =>
      parseLab({
        server: [{ name: 'a', listen: '127.0.0.1', up: { base: 5 } }],
        gpsd: [{ name: 'g', listen: '127.0.0.1:1', jiter: '1us' }],
      }),
    );
    expect(message).to.contain('server.0.listen must be an address with a port');
    expect(message).to.contain('server.0.up.base must be a duration');
    expect(message).to.contain('jiter');
  });

  it('is refused when two parts have one name', () => {
    const entry = { name: 'a', listen: '127.0.0.1:11251', up: {} };
    expect(messageOf(() => parseLab({ server: [entry, entry] }))).to.contain('two parts are called "a"');
  });
});

describe('the lab on real sockets', () => {
  const host = openHost();
  const folder = mkdtempSync(join(tmpdir(), 'timehub-lab-'));
  const control = join(folder, 'lab.sock');
  let lab: Awaited<ReturnType<typeof startLab>>;
  let door: Awaited<ReturnType<typeof serveControl>>;

  before(async () => {
    lab = await startLab(TABLE, host);
    door = await serveControl(lab, control);
  });

  after(async () => {
    await door.close();
    await lab.close();
    rmSync(folder, { recursive: true });
  });

  /** One exchange: the two transits as the client sees them, ns. */
  const exchange = (): Promise<readonly [number, number]> =>
    new Promise((resolve, reject) => {
      const socket = host.network.udp({ peer: NTP, transmitStamps: true });
      const request = new Uint8Array(48);
      request[0] = 0x23;
      request[40] = 1;
      let sent: bigint | undefined;
      socket.onSent((_, { time }) => {
        sent = time;
      });
      socket.onNetworkError((error) => {
        socket.close();
        reject(error);
      });
      socket.onDatagram(({ payload, received }) => {
        const { receive, transmit } = readHeader(payload);
        socket.close();
        resolve([Number(fromNtpTime(receive) - (sent ?? before.time)), Number(received.time - fromNtpTime(transmit))]);
      });
      const { before } = socket.send(request);
    });

  it('shows each client the delays and the offset of the table, even if timers are late', async () => {
    for (let k = 0; k < 5; k++) await exchange();
    const exchanges = [await exchange(), await exchange(), await exchange()];
    const best = (leg: 0 | 1): number => Math.min(...exchanges.map((each) => each[leg]));
    expect(best(0)).to.be.closeTo(30e6 + 5e6, 0.5e6);
    expect(best(1)).to.be.closeTo(-30e6 + 9e6, 0.5e6);
  });

  it('feeds watchers of gpsd with a pulse and a report each second', async () => {
    const text = await new Promise<string>((resolve) => {
      let heard = '';
      const socket = connect(GPSD.port, GPSD.address, () => socket.write('?WATCH={"enable":true,"json":true};\n'));
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        heard += chunk;
        if (!heard.includes('TOFF')) return;
        socket.destroy();
        resolve(heard);
      });
    });
    const records = text
      .trim()
      .split('\r\n')
      .map((line) => JSON.parse(line) as Record<string, number | string>);
    expect(records.map((record) => record.class)).to.deep.equal([
      'VERSION',
      'DEVICES',
      'WATCH',
      'PPS',
      'TPV',
      'SKY',
      'TOFF',
    ]);
    const pulse = records[3]!;
    const offsetNs = (Number(pulse.real_sec) - Number(pulse.clock_sec)) * 1e9 - Number(pulse.clock_nsec);
    expect(offsetNs).to.be.closeTo(0, 10e3);
  });

  it('switches its parts off and on by command', async () => {
    expect(await askLab(control, 'stop', 'a')).to.match(/^a +stopped/m);
    const refusal = await exchange().catch((error: Error) => error);
    expect(refusal).to.be.instanceOf(Error);
    expect(await askLab(control, 'start', 'a')).to.match(/^a +runs/m);
    await exchange();
    expect(await askLab(control, 'stop', 'all')).to.not.contain('runs');
    expect(await askLab(control, 'start', 'all')).to.not.contain('stopped');
  });

  it('answers a wrong command with its reason and goes on', async () => {
    const failure = await askLab(control, 'stop', 'zz').catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(HubError).with.property('code', 'TH_LAB_UNKNOWN');
    expect((failure as HubError).hint).to.contain('lossy');
    const nameless = await askLab(control, 'stop').catch((error: unknown) => error);
    expect(nameless).to.have.property('code', 'TH_LAB_COMMAND');
    expect(await askLab(control, 'list')).to.contain('NTP server at 127.0.0.1:11251, 5 ms away, 30 ms fast');
  });

  it('serves a bounded number of connections, and answers in clean texts', async () => {
    const sockets = Array.from({ length: 40 }, () => connect(control));
    let open = sockets.length;
    await new Promise<void>((resolve) => {
      for (const socket of sockets) socket.resume().once('close', () => --open === 16 && resolve());
    });
    expect(sockets.filter(({ destroyed }) => !destroyed)).to.have.length(16);
    for (const socket of sockets) socket.destroy();
    const failure = await askLab(control, 'stop', `\x1b]0;x\x07${'y'.repeat(500)}`).catch((error: unknown) => error);
    expect((failure as HubError).message)
      .to.contain(']0;x')
      .and.not.match(/[\p{C}]/u);
  });

  it('does not take the socket of a running lab, but that of a dead one', async () => {
    const busy = await serveControl(lab, control).catch((error: unknown) => error);
    expect(busy).to.have.property('code', 'TH_LAB_BUSY');
    const stale = join(folder, 'stale.sock');
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(join(folder, 'gone.sock'), resolve));
    renameSync(join(folder, 'gone.sock'), stale);
    await new Promise((resolve) => gone.close(resolve));
    const second = await serveControl(lab, stale);
    expect(await askLab(stale, 'list')).to.contain('gnss');
    await second.close();
    const dead = await askLab(stale, 'list').catch((error: unknown) => error);
    expect(dead).to.have.property('code', 'TH_LAB_UNREACHABLE');
  });

  it('does not replace a file that is not a socket', async () => {
    const precious = join(folder, 'precious');
    writeFileSync(precious, 'precious');
    const refused = await serveControl(lab, precious).catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'TH_LAB_SOCKET');
    expect(readFileSync(precious, 'utf8')).to.equal('precious');
  });

  it('does not listen in the folder of another user, who could answer in its place', async function () {
    if (process.geteuid?.() !== 0) this.skip();
    const strange = join(folder, 'strange');
    mkdirSync(strange);
    chownSync(strange, 12_345, 12_345);
    const refused = await serveControl(lab, join(strange, 'lab.sock')).catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'TH_LAB_SOCKET');
    expect((refused as HubError).message).to.contain('belongs to the user 12345');
  });

  it('names the port that is in use, and closes its own', async () => {
    const failure = await startLab({ ...TABLE, server: [] }, host).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(HubError);
    expect((failure as HubError).message).to.contain('127.0.0.1:11252');
  });
});
