import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import type { ClockDeclaration } from '../kernel/host.js';
import { openClocks } from './clocks.js';
import { loadNative } from './native.js';
import { declarationTimex, openSystemClock, steeringObstacle } from './system-clock.js';
import { ADJ, readTimex, STA } from './timex.js';

const DECLARATION: ClockDeclaration = {
  synchronised: true,
  maxErrorNs: 1_234_567,
  estErrorNs: 50,
  leap: 'none',
  taiMinusUtc: 37,
};
const now = { frequencyPpb: 0, status: 0, taiMinusUtc: 37 };
const longAt = (octets: Uint8Array, offset: number): bigint => new DataView(octets.buffer).getBigInt64(offset, true);

describe('the system clock', () => {
  const { native } = loadNative();
  const clock = openSystemClock(openClocks(native), native);

  it('reads the time with the monotonic instant of the reading', () => {
    const first = clock.read();
    const second = clock.read();
    expect([first.clock, first.by]).to.deep.equal(['system', 'user']);
    expect(Number(second.time - first.time)).to.be.closeTo(Number(second.monotonic - first.monotonic), 10_000);
  });

  it('has a phase that only a step changes', () => {
    const before = clock.phase();
    expect(Number(clock.phase() - before)).to.be.closeTo(0, 5_000);
  });

  it('reads the same frequency through the addon and through koffi', () => {
    expect(openSystemClock(openClocks(undefined), undefined).frequencyPpb()).to.equal(clock.frequencyPpb());
  });

  it('accepts the frequency that it already has', function () {
    if (clock.obstacle() !== '') return this.skip();
    const frequency = clock.frequencyPpb();
    expect(clock.setFrequency(frequency)).to.equal(frequency);
    return undefined;
  });

  it('refuses NaN and infinity before a system call', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => clock.setFrequency(value))
        .to.throw()
        .with.property('code', 'TH_CLOCK_SET');
      expect(() => clock.step(value))
        .to.throw()
        .with.property('code', 'TH_CLOCK_SET');
    }
  });

  it('says that the privilege is missing, and changes nothing', function () {
    const drop = ['--bounding-set=-sys_time', '--inh-caps=-sys_time'];
    if (process.getuid?.() !== 0 || spawnSync('setpriv', [...drop, 'true']).status !== 0) return this.skip();
    const program = `
      const { openHost } = await import(${JSON.stringify(new URL('./host.js', import.meta.url).href)});
      const [clock] = openHost().clocks;
      const tried = (act) => { try { act(); return 'done'; } catch (error) { return error.code; } };
      console.log(JSON.stringify([clock.obstacle(), tried(() => clock.setFrequency(clock.frequencyPpb())), tried(() => clock.step(0))]));`;
    const { stdout } = spawnSync('setpriv', [...drop, process.execPath, '--input-type=module', '-e', program]);
    const [obstacle, ...codes] = JSON.parse(stdout.toString());
    expect(obstacle).to.match(/^this process lacks CAP_SYS_TIME \(run it as root, or/);
    expect(codes).to.deep.equal(['TH_CLOCK_PERMISSION', 'TH_CLOCK_PERMISSION']);
    return undefined;
  });

  it('finds no obstacle where the capability is there', function () {
    if (process.getuid?.() !== 0) return this.skip();
    expect(steeringObstacle()).to.equal('');
    return undefined;
  });
});

describe('a declaration to the kernel', () => {
  it('clears the flags that the hub owns and keeps the others', () => {
    const others = 0x100;
    const octets = declarationTimex(DECLARATION, { ...now, status: STA.UNSYNC | STA.PLL | STA.INS | others });
    expect(readTimex(octets).status).to.equal(others);
  });

  it('rounds the errors up to microseconds and arms a leap second', () => {
    const octets = declarationTimex({ ...DECLARATION, leap: 'insert' }, now);
    expect([longAt(octets, 24), longAt(octets, 32)]).to.deep.equal([1235n, 1n]);
    expect(readTimex(octets).status).to.equal(STA.INS);
  });

  it('calls an unsynchronised clock so, with the largest error', () => {
    const octets = declarationTimex({ ...DECLARATION, synchronised: false, estErrorNs: Number.NaN }, now);
    expect(readTimex(octets).status).to.equal(STA.UNSYNC);
    expect([longAt(octets, 24), longAt(octets, 32)]).to.deep.equal([16_000_000n, 16_000_000n]);
  });

  it('sets TAI − UTC only when the kernel has another', () => {
    const modes = (taiMinusUtc: number) =>
      new DataView(declarationTimex(DECLARATION, { ...now, taiMinusUtc }).buffer).getUint32(0, true) & ADJ.TAI;
    expect([modes(37), modes(0)]).to.deep.equal([0, ADJ.TAI]);
  });
});
