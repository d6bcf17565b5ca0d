import { createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { Random } from './random.js';

const LINES = 10_000;
const BATCH = 100;
const ALLOWED_GROWTH = 12 * 2 ** 20;
const SERIAL_DELAY_MS = 60;

const DEVICE = '/dev/rx0';
const VERSION = '{"class":"VERSION","release":"3.25","rev":"3.25","proto_major":3,"proto_minor":15}';
const DEVICES = `{"class":"DEVICES","devices":[{"class":"DEVICE","path":"${DEVICE}","driver":"NMEA0183","activated":"2026-01-01T00:00:00.000Z"}]}`;
const WATCH =
  '{"class":"WATCH","enable":true,"json":true,"nmea":false,"raw":0,"scaled":false,"timing":false,"split24":false,"pps":true}';

describe('a hub whose gpsd talks nonsense', function () {
  this.timeout(120_000);
  const random = new Random(2);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it(`outlives ${LINES} broken lines, grows by nothing, and hears the next good one`, async () => {
    let connection: Socket | undefined;
    const server = createServer((socket) => {
      connection = socket;
      socket.on('error', () => {}).resume();
      socket.write(`${VERSION}\r\n${DEVICES}\r\n${WATCH}\r\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const second = setInterval(() => connection?.write(goodLines()), 1000);
    bench.later(() => server.close());
    bench.later(() => connection?.destroy());
    bench.later(() => clearInterval(second));
    const { port } = server.address() as { readonly port: number };

    const hub = await Hub.start(bench, `[source.gpsd.rx]\naddress = "127.0.0.1:${port}"\n`);
    await hub.untilSource('gpsd.rx', ({ observations }) => observations > 0);
    const memory = await hub.memory();
    for (let sent = 0; sent < LINES; sent += BATCH) {
      const lines = Array.from({ length: BATCH }, () => brokenLine(random));
      // The answer shows that the hub still has time for other work.
      await new Promise<void>((resolve) => connection!.write(`${lines.join('\n')}\n`, () => resolve()));
      await hub.status();
    }

    const { observations } = await hub.source('gpsd.rx');
    await hub.untilSource('gpsd.rx', (source) => source.observations > observations);
    expect((await hub.memory()) - memory).to.be.below(ALLOWED_GROWTH);
    expect(hub.process.output).not.to.match(/^ +at /m);
  });
});

function goodLines(): string {
  // The stamp lies a little in the past at any phase of the second: the hub would refuse a stamp of the future.
  const clock = Date.now() - 1;
  const real = clock - SERIAL_DELAY_MS;
  const time = new Date(real).toISOString();
  return [
    `{"class":"TPV","device":"${DEVICE}","status":1,"mode":3,"time":"${time}","leapseconds":18,"ept":0.005}`,
    `{"class":"TOFF","device":"${DEVICE}",${stamp('real', real)},${stamp('clock', clock)}}`,
    '',
  ].join('\r\n');
}

const stamp = (name: string, ms: number): string =>
  `"${name}_sec":${Math.floor(ms / 1000)},"${name}_nsec":${(ms % 1000) * 1e6}`;

function brokenLine(random: Random): string {
  const [tpv, toff] = goodLines().split('\r\n') as [string, string];
  const good = random.pick([tpv, toff, VERSION, DEVICES, WATCH]);
  const at = random.below(good.length);
  switch (random.below(7)) {
    case 0:
      return random.octets(random.below(300)).toString('latin1').replaceAll('\n', ' ');
    case 1:
      return good.slice(0, at);
    case 2:
      return good.slice(0, at) + String.fromCharCode(random.below(0x250)) + good.slice(at + 1);
    case 3:
      return good.replace(
        /:[^,}]+/,
        `:${random.pick(['null', '1e999', '-1', '"x"', '[]', '{}', 'true', '9007199254740993'])}`,
      );
    case 4:
      return `{"class":"${random.pick(['PPS', 'TOFF', 'TPV', 'SKY', 'ERROR', '__proto__'])}","device":[[[${random.next()}]]]}`;
    case 5:
      return '['.repeat(random.below(2000));
    default:
      return `{"class":"TPV","__proto__":{"mode":3},"x":"${'y'.repeat(random.below(5000))}"}`;
  }
}
