import { execFileSync } from 'node:child_process';
import type { HubEvent, StatusReport } from 'timehub/api';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { skip } from '../need.js';
import { until } from '../poll.js';

const NAMESPACE = `timehub-return-${process.pid}`;
const ip = (...parameters: string[]): void => {
  execFileSync('ip', parameters, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 20_000 });
};
const inside = (...parameters: string[]): void => ip('-n', NAMESPACE, ...parameters);

/** Makes a pair of virtual interfaces in the namespace. The hub's has an address. */
function plugIn(): void {
  inside('link', 'add', 'vA', 'type', 'veth', 'peer', 'name', 'vB');
  inside('address', 'add', '10.99.0.1/24', 'dev', 'vA');
  inside('link', 'set', 'vA', 'up');
  inside('link', 'set', 'vB', 'up');
}

const CONFIG = `
[hub]
free-run = true
[sink.ptp.port]
interface = "vA"
[sink.csptp.card]
interface = "vA"
[sink.ntp.address]
listen = "10.99.0.1:123"
`;
/** Returns all sinks except the control socket. */
const waiting = ({ sinks }: StatusReport) => sinks.filter(({ id }) => id !== 'observability.test');
const allFailed = (status: StatusReport, reason: RegExp): boolean =>
  waiting(status).every((sink) => sink.state === 'failed' && reason.test(sink.reason));
const noneFailed = (status: StatusReport): boolean =>
  waiting(status).every(({ state }) => state === 'running' || state === 'degraded');

describe('an interface that is not there yet, or was taken away', function () {
  this.timeout(90_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('is used within seconds when it is there, whatever the count of earlier failures', async function () {
    if (process.getuid?.() !== 0) skip(this, 'network namespaces can be made by root only');
    try {
      ip('netns', 'add', NAMESPACE);
    } catch {
      skip(this, 'network namespaces cannot be made here');
    }
    bench.later(() => ip('netns', 'delete', NAMESPACE));
    inside('link', 'set', 'lo', 'up');
    const hub = await Hub.startAs(bench, 'hub', ['ip', 'netns', 'exec', NAMESPACE], CONFIG);

    await hub.until((status) => allFailed(status, /tries again in 16 s, or as soon as that is over$/));
    plugIn();
    // The back-off alone would take 16 s.
    await hub.until(noneFailed, 8000);

    inside('link', 'delete', 'vA');
    plugIn();
    const replaced = (events: readonly HubEvent[], id: string): number =>
      events.filter((event) => event.id === id && event.text.includes('vA was removed and made again')).length;
    const onInterface = ['ptp.port', 'csptp.card'];
    await until(
      () => hub.events(),
      (events) => onInterface.every((id) => replaced(events, id) === 1),
      8000,
    );
    await hub.until(noneFailed, 8000);
  });
});
