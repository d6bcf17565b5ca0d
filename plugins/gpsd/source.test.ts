import { expect } from 'chai';
import { fakeSource } from 'timehub/testing';
import * as v from 'valibot';
import { createLabHost, type LabHostOptions } from '../../src/lab/host.js';
import type { ReceiverOptions } from '../../src/lab/nodes/gpsd-feed.js';
import { addGpsd } from '../../src/lab/nodes/gpsd-node.js';
import { createRandom } from '../../src/lab/random.js';
import { config } from './config.js';
import source from './source.js';

const S = 1e9;

/** Returns a machine with a gpsd and a source that reads it. */
function scene(options: object = {}, receiver: Partial<ReceiverOptions> = {}, machine: LabHostOptions = {}) {
  const host = createLabHost({ clock: { offsetNs: 3_000_000, frequencyPpb: 20_000 }, ...machine });
  host.fabric.names.set('localhost', ['127.0.0.1']);
  host.fabric.names.set('two.example', ['192.0.2.77', '192.0.2.1']);
  const gpsd = addGpsd(host, receiver);
  const context = fakeSource({ host, id: 'gpsd.gnss' });
  const instance = source.create(v.parse(config, options), context);
  return { host, gpsd, instance, record: context.record };
}

describe('the gpsd source', () => {
  it('reports numbered pulses with the clock’s offset, at the instant of the edge', async () => {
    const { host, instance, record } = scene();
    await instance.start();
    await host.run(10 * S);
    expect(record.observations).to.have.length.within(5, 8);
    for (const observation of record.observations) {
      if (observation.kind !== 'pulse') throw new Error(`a ${observation.kind}`);
      expect(observation).to.include({ clock: 'system', path: 'pps', stamp: 'kernel', periodNs: S });
      expect(observation.noiseFloorNs).to.be.closeTo(954, 1);
      // 3 ms slow, gaining 20 µs a second.
      const second = Math.round(Number(observation.monotonic - 3_600_000_000_000n) / S);
      expect(observation.numberedOffsetNs).to.be.closeTo(3e6 - 20e3 * second, 2);
      expect(Number(observation.monotonic - 3_600_000_000_000n) - second * S * (1 + 20e-6)).to.be.closeTo(0, 20);
    }
  });

  it('claims stratum 0, GNSS and TAI − UTC, with a bias bound of pulses', async () => {
    const { host, instance, record } = scene();
    await instance.start();
    await host.run(10 * S);
    expect(record.claims.at(-1)).to.include({
      synchronised: true,
      stratum: 0,
      reference: 'GNSS',
      taiMinusUtc: 37,
      address: '/dev/ttyACM0',
    });
    expect(record.claims.at(-1)?.biasBoundNs).to.be.within(1e3, 20e3);
    expect(record.health.at(-1)).to.deep.equal({ state: 'ok', reason: 'the receiver has a fix' });
    expect(record.metrics).to.include({ satellites_used: 9, satellites_seen: 12, malformed_lines_total: 0 });
    expect(record.metrics.records_total).to.be.above(30);
  });

  it('uses serial time where there are no pulses, with a bound that holds', async () => {
    const { host, instance, record } = scene({}, { pps: false });
    await instance.start();
    await host.run(15 * S);
    const [first] = record.observations;
    if (first?.kind !== 'reading') throw new Error('no reading');
    expect(first).to.include({ path: 'toff', stamp: 'user' });
    // 3 ms slow, reported 150 ms late; the correction assumes 350 ms.
    expect(first.offsetNs).to.be.closeTo(203e6, 1e6);
    const bound = record.claims.at(-1)?.biasBoundNs ?? 0;
    expect(Math.abs(first.offsetNs - 3e6)).to.be.below(bound);
    expect(record.health.at(-1)?.reason).to.contain('serial time only');
  });

  it('uses pulses that gpsd reports under another device', async () => {
    const { host, instance, record } = scene({}, { pulseDevice: '/dev/pps0' });
    await instance.start();
    await host.run(10 * S);
    expect(record.observations.map(({ kind, path }) => `${kind} ${path}`)).to.include('pulse /dev/pps0');
    expect(record.observations.at(-1)).to.include({ kind: 'pulse', stamp: 'kernel' });
    expect(record.claims.at(-1)).to.include({ address: '/dev/ttyACM0', reference: 'GNSS' });
    expect(record.health.at(-1)).to.deep.equal({ state: 'ok', reason: 'the receiver has a fix; pulses of /dev/pps0' });
  });

  it('reports that pulses exist and why they are not used', async () => {
    const options = { pulses: '/dev/pps1' };
    const { host, instance, record } = scene(options, { pulseDevice: '/dev/pps0' });
    await instance.start();
    await host.run(15 * S);
    expect(record.observations.at(-1)).to.include({ kind: 'reading' });
    expect(record.health.at(-1)?.reason).to.equal(
      'the receiver has a fix; pulses of /dev/pps0 are there and not used: pulses = "/dev/pps1", serial time only',
    );
    const strict = scene({ ...options, pps: 'require' }, { pulseDevice: '/dev/pps0' });
    await strict.instance.start();
    await strict.host.run(15 * S);
    expect(strict.record.unreachable.at(-1)).to.contain('pulses of /dev/pps0 are there and not used');
  });

  it('trusts a receiver that never sends an altitude, with a wider bound', async () => {
    const { host, instance, record } = scene({}, { altitude: false });
    await instance.start();
    await host.run(12 * S);
    expect(record.observations.at(-1)).to.include({ kind: 'pulse', path: 'pps' });
    expect(record.claims.at(-1)?.biasBoundNs).to.be.within(40e3, 50e3);
    expect(record.health.at(-1)).to.deep.equal({ state: 'ok', reason: 'the receiver has a fix without altitude' });
  });

  it('reports pulses without a receiver unnumbered, with a bound of a millisecond', async () => {
    const { host, instance, record, gpsd } = scene();
    gpsd.stop();
    host.network.listen(2947, (connection) => {
      const tell = (record: object) => connection.write(`${JSON.stringify(record)}\n`);
      tell({ class: 'VERSION', release: '3.27.5', proto_major: 16, proto_minor: 1 });
      tell({ class: 'DEVICES', devices: [{ class: 'DEVICE', path: '/dev/pps0', driver: 'PPS' }] });
      const second = (): void => {
        const { time } = host.clocks[0].read();
        const [clock_sec, clock_nsec] = [Number(time / 1_000_000_000n), Number(time % 1_000_000_000n)];
        const stamps = { real_sec: clock_sec, real_nsec: 0, clock_sec, clock_nsec, precision: -20 };
        tell({ class: 'PPS', device: '/dev/pps0', ...stamps });
        host.after(S, second);
      };
      second();
    });
    await instance.start();
    await host.run(10 * S);
    expect(record.observations.length).to.be.above(5);
    expect(record.observations.at(-1)).to.include({ kind: 'pulse' }).and.not.have.property('numberedOffsetNs');
    expect(record.claims.at(-1)).to.include({ stratum: 0, reference: 'PPS' }).and.not.have.property('traceable');
    expect(record.claims.at(-1)?.biasBoundNs).to.be.above(1e6);
  });

  it('reports that pulses are required and missing', async () => {
    const { host, instance, record } = scene({ pps: 'require' }, { pps: false });
    await instance.start();
    await host.run(15 * S);
    expect(record.observations).to.have.length(0);
    expect(record.unreachable.at(-1)).to.contain('no pulses');
  });

  it('ignores pulses with pps = "off"', async () => {
    const { host, instance, record } = scene({ pps: 'off', 'serial-delay': '150ms' });
    await instance.start();
    await host.run(10 * S);
    expect(record.observations.map(({ kind }) => kind))
      .to.include('reading')
      .and.not.include('pulse');
    expect(record.observations[0]).to.have.property('offsetNs').closeTo(3e6, 0.2e6);
  });

  it('reports too few satellites, and recovers when they are back', async () => {
    const { host, instance, record, gpsd } = scene({}, { satellites: 2 });
    await instance.start();
    await host.run(5 * S);
    expect(record.observations).to.have.length(0);
    expect(record.unreachable.at(-1)).to.equal('no fix: 2 satellites of 12');
    expect(record.claims).to.have.length(0);
    gpsd.feed.satellites = 8;
    await host.run(12 * S);
    expect(record.observations.length).to.be.above(2);
    expect(record.health.at(-1)?.state).to.equal('ok');
  });

  it('names the receiver that was unplugged', async () => {
    const { host, instance, record, gpsd } = scene();
    await instance.start();
    await host.run(8 * S);
    gpsd.feed.plug('unplugged');
    await host.run(9 * S);
    const before = record.observations.length;
    expect(record.unreachable.at(-1)).to.equal('receiver /dev/ttyACM0 was unplugged');
    await host.run(15 * S);
    expect(record.observations).to.have.length(before);
    gpsd.feed.plug('plugged');
    await host.run(25 * S);
    expect(record.observations.length).to.be.above(before);
  });

  it('tries every address of a name', async () => {
    const { host, instance, record } = scene({ address: 'two.example' });
    await instance.start();
    await host.run(20 * S);
    expect(record.observations.length).to.be.above(5);
  });

  it('reports once that gpsd does not answer', async () => {
    const { host, instance, record, gpsd } = scene();
    gpsd.stop();
    await instance.start();
    await host.run(20 * S);
    expect(record.unreachable[0]).to.equal('gpsd at localhost:2947 does not answer');
    expect(record.health.at(-1)).to.deep.equal({ state: 'degraded', reason: record.unreachable[0] });
    expect(record.unreachable).to.have.length(1);
  });

  it('survives a restart of gpsd', async () => {
    const { host, instance, record, gpsd } = scene();
    await instance.start();
    await host.run(8 * S);
    const before = record.observations.length;
    gpsd.stop();
    await host.run(8.5 * S);
    expect(record.unreachable.at(-1)).to.equal('gpsd at localhost:2947 closed the connection');
    gpsd.start();
    await host.run(30 * S);
    expect(record.observations.length).to.be.above(before + 10);
  });

  it('refuses a gpsd that stamps with the clock of another machine, unless same-clock is set', async () => {
    const host = createLabHost();
    const other = host.fabric.attach({ address: '192.0.2.9', stamp: (by) => host.perfectStamp(by) });
    addGpsd(host, {}, other);
    const runs = ['192.0.2.9', '192.0.2.9'].map((address, index) => {
      const context = fakeSource({ host, id: `gpsd.${index}` });
      return {
        record: context.record,
        instance: source.create(v.parse(config, { address, 'same-clock': index === 1 }), context),
      };
    });
    for (const { instance } of runs) await instance.start();
    await host.run(10 * S);
    expect(runs[0]?.record.observations).to.have.length(0);
    expect(runs[0]?.record.unreachable.at(-1)).to.contain("another machine's clock");
    expect(runs[1]?.record.observations.length).to.be.above(4);
  });

  it('refuses the date of a receiver whose week number has rolled over', async () => {
    const { host, instance, record } = scene(
      {},
      {},
      { start: 1_795_219_200_000_000_000n - 1024n * 7n * 86_400_000_000_000n },
    );
    await instance.start();
    await host.run(10 * S);
    expect(record.observations).to.have.length(0);
    expect(record.unreachable.at(-1)).to.contain('rolled over');
  });

  it('stops, and a second stop does nothing', async () => {
    const { host, instance, record } = scene();
    await instance.start();
    await host.run(8 * S);
    await instance.stop();
    await instance.stop();
    const before = record.observations.length;
    await host.run(60 * S);
    expect(record.observations).to.have.length(before);
  });
});

describe('ten thousand broken lines', () => {
  it('change only counters', async () => {
    const { host, instance, record, gpsd } = scene();
    gpsd.stop();
    const random = createRandom(99);
    const wanted = { lines: 10_000, sent: 0 };
    host.network.listen(2947, (connection) => {
      const more = (): void => {
        for (let k = 0; k < 500 && wanted.sent < wanted.lines; k++, wanted.sent++) connection.write(brokenLine(random));
        if (wanted.sent < wanted.lines) host.after(0.1 * S, more);
      };
      more();
    });
    await instance.start();
    await host.run(30 * S);
    expect(wanted.sent).to.equal(wanted.lines);
    expect(record.failures).to.have.length(0);
    expect(record.observations).to.have.length(0);
    expect(record.metrics.malformed_lines_total).to.be.within(9000, 10_000);
    expect(instance.inspect?.()).to.have.property('standing', 'waits for gpsd to name its receivers');
  });
});

describe('a gpsd that floods', () => {
  /** 4000 lines a second for some seconds. */
  async function flooded(line: (n: number) => string, seconds: number) {
    const { host, instance, record, gpsd } = scene();
    gpsd.stop();
    let sent = 0;
    host.network.listen(2947, (connection) => {
      const more = (): void => {
        connection.write(Array.from({ length: 400 }, () => line(sent++)).join(''));
        host.after(0.1 * S, more);
      };
      connection.write('{"class":"VERSION","release":"3.25"}\n');
      more();
    });
    await instance.start();
    await host.run(seconds * S);
    return { record, sent, inspected: JSON.stringify(instance.inspect?.()) };
  }

  it('is read at a thousand lines a second, and the source reports it', async () => {
    const { record, sent } = await flooded(() => '{"class":"OSC","device":"/dev/x"}\n', 12);
    expect(sent).to.be.above(40_000);
    expect(record.metrics.records_total).to.be.below(15_000);
    expect(record.metrics.pauses_total).to.be.within(5, 200);
    expect(record.unreachable.at(-1)).to.contain('gpsd sends more than 1000 lines or 512 KiB a second');
  });

  it('causes one sentence a second, whatever it changes in each line', async () => {
    const sky = (n: number) => `{"class":"SKY","device":"/dev/x","nSat":${n % 50},"uSat":${n % 3}}\n`;
    const { record } = await flooded(sky, 12);
    expect(record.unreachable.length).to.be.within(8, 24);
    expect(record.health.length).to.be.within(8, 24);
  });

  it('leaves the status small, whatever devices it names', async () => {
    const { inspected } = await flooded((n) => `{"class":"TPV","device":"/dev/${'x'.repeat(300)}${n}","mode":3}\n`, 4);
    expect(inspected).to.have.length.below(8000);
  });
});

describe('a gpsd with good time', () => {
  it('causes four observations a second, however many it sends', async () => {
    const { host, instance, record, gpsd } = scene();
    gpsd.stop();
    host.network.listen(2947, (connection) => {
      const more = (): void => {
        const { time } = host.clocks[0]!.read();
        const sec = time / 1_000_000_000n;
        const epoch = new Date(Number(sec) * 1000).toISOString();
        connection.write(`{"class":"TPV","device":"/dev/x","mode":3,"time":"${epoch}"}\n`);
        const pulse = `"real_sec":${sec},"real_nsec":0,"clock_sec":${sec},"clock_nsec":${time % 1_000_000_000n}`;
        for (let n = 0; n < 25; n++) connection.write(`{"class":"PPS","device":"/dev/x",${pulse}}\n`);
        host.after(0.25 * S, more);
      };
      more();
    });
    await instance.start();
    await host.run(23 * S);
    expect(record.observations.length).to.be.within(16 + 4 * 15, 16 + 4 * 23);
    expect(record.metrics.refused_total).to.be.above(1500);
  });
});

const TEMPLATE =
  '{"class":"PPS","device":"/dev/ttyS1","real_sec":1795253601,"real_nsec":0,"clock_sec":1795253601,"clock_nsec":43708412,"precision":-20}';

/** Returns a record with a piece cut out or overwritten, or noise; sometimes far too long. */
function brokenLine(random: ReturnType<typeof createRandom>): string {
  const kind = random.uniform();
  const at = Math.floor(random.uniform() * (TEMPLATE.length - 8));
  if (kind < 0.3) return `${TEMPLATE.slice(0, at)}\n`;
  if (kind < 0.6) return `${TEMPLATE.slice(0, at)}\x00\xff"{${TEMPLATE.slice(at + 3)}\n`;
  if (kind < 0.7) return '{"class":"PPS","real_sec":1e400,"clock_sec":[],"clock_nsec":{}}\n';
  if (kind < 0.71) return `${'x'.repeat(70_000)}\n`;
  return `${Buffer.from(random.octets(60)).toString('latin1').replaceAll('\n', ' ')}\n`;
}
