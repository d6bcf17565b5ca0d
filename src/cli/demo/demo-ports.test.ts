import { expect } from 'chai';
import { parse } from 'smol-toml';
import { packageRoot } from '../package-root.js';
import { hintsFor, ownCommand } from './commands.js';
import { parsePortBase, portsOf, readMoved } from './demo-ports.js';

const demo = `${packageRoot()}/config/demo.toml`;
const portsAt = (base: number): readonly number[] => portsOf(parse(readMoved(demo, base).text)).map(({ port }) => port);

describe('the ports of the demonstration', () => {
  it('are all found, and all move with --port-base', () => {
    const usual = portsAt(11_000);
    expect([...usual].sort()).to.deep.equal([11123, 11180, 11201, 11202, 11203, 11204, 11205, 11947]);
    expect(portsAt(12_000)).to.deep.equal(usual.map((port) => port + 1000));
  });

  it('are in the sources, too: each address moves', () => {
    expect(readMoved(demo, 12_000).text).to.not.match(/127\.0\.0\.1:11\d{3}/);
  });

  it('have a transport of their own', () => {
    const tcp = portsOf(parse(readMoved(demo, 11_000).text)).filter(({ protocol }) => protocol === 'tcp');
    expect(tcp.map(({ port }) => port).sort()).to.deep.equal([11180, 11947]);
  });

  for (const wrong of ['', 'x', '-1', '1e4', '11000.5', '80', '65000', '99999999']) {
    it(`do not start at "${wrong}"`, () => {
      expect(() => parsePortBase(wrong)).to.throw(/--port-base must be a whole number/);
    });
  }

  it('start at 11000 without the option', () => {
    expect(parsePortBase(undefined)).to.equal(11_000);
  });
});

describe('the hints of the demonstration', () => {
  const usual = {
    ...{ command: 'bin/timehub', socket: undefined, labSocket: undefined, ntpPort: 11123 },
    dashboard: '127.0.0.1:11180',
  };

  it('fit a terminal of 80 columns', () => {
    for (const line of hintsFor(usual).split('\n')) expect(line.length, line).to.be.below(81);
  });

  it('name sockets that a client does not find, and real ports', () => {
    const text = hintsFor({ ...usual, socket: '/run/a.sock', labSocket: '/run/l.sock', ntpPort: 12123 });
    expect(text).to.include('bin/timehub why --socket /run/a.sock');
    expect(text).to.include('bin/timehub lab stop b --control /run/l.sock');
    expect(text).to.include('port 12123');
  });

  it('have the command that works in that folder', () => {
    expect(ownCommand('/usr/bin/timehub', '/home', '/bin:/usr/bin')).to.equal('timehub');
    expect(ownCommand('/opt/timehub/bin/timehub', '/opt/timehub', '/bin')).to.equal('bin/timehub');
    expect(ownCommand('/opt/timehub/bin/timehub', '/home', '/bin')).to.equal('/opt/timehub/bin/timehub');
  });
});
