import { expect } from 'chai';
import { DashboardBench } from './testing/dashboard-bench.js';
import { ask } from './testing/http-client.js';

describe('the metrics', () => {
  let bench: DashboardBench;
  const scrape = async (): Promise<string[]> => (await ask({ port: bench.port, path: '/metrics' })).text.split('\n');

  beforeEach(async () => {
    bench = new DashboardBench();
    await bench.start();
    bench.hub.advance();
  });

  afterEach(() => bench.close());

  it('come in the text format', async () => {
    const { headers } = await ask({ port: bench.port, path: '/metrics' });
    expect(headers['content-type']).to.match(/^text\/plain; version=0\.0\.4/);
  });

  it('are in base units, with the names of the manual', async () => {
    const lines = await scrape();
    const offset = bench.hub.state().clocks[0]!.offsetNs;
    expect(lines).to.include(`timehub_clock_offset_seconds{id="system"} ${offset / 1e9}`);
    expect(lines).to.include('timehub_clock_error_bound_seconds{id="system"} 2.4e-7');
    expect(lines).to.include('timehub_clock_majority_error_bound_seconds{id="system"} 0.0000014');
    expect(lines).to.include('timehub_source_weight_ratio{id="pps.gnss"} 0.81');
    expect(lines).to.include('timehub_source_observations_total{id="pps.gnss"} 1');
  });

  it('have one series per state, 1 for the present one', async () => {
    const lines = await scrape();
    expect(lines).to.include('timehub_mode{mode="tracking"} 1');
    expect(lines).to.include('timehub_mode{mode="holdover"} 0');
    expect(lines).to.include('timehub_source_state{id="ntp.pool-2",state="rejected"} 1');
    expect(lines.filter((line) => line.startsWith('timehub_source_state{id="ntp.pool-2"'))).to.have.length(7);
  });

  it('have a series for each instance from the start, even if its value is unknown', async () => {
    const lines = await scrape();
    const ofSilent = lines.filter((line) => line.includes('{id="ntp.pool-3"}'));
    expect(ofSilent).to.include('timehub_source_offset_seconds{id="ntp.pool-3"} NaN');
    expect(ofSilent).to.include('timehub_source_error_bound_seconds{id="ntp.pool-3"} +Inf');
    expect(ofSilent).to.include('timehub_source_observations_total{id="ntp.pool-3"} 0');
    const status = bench.hub.status();
    const clocks = status.clocks.map((clock) => ({ ...clock, majorityBoundNs: Number.POSITIVE_INFINITY }));
    bench.hub.status = () => ({ ...status, holdover: null, clocks });
    bench.hub.advance();
    const later = await scrape();
    expect(later).to.include('timehub_holdover_lasts_seconds NaN');
    expect(later).to.include('timehub_clock_majority_error_bound_seconds{id="system"} +Inf');
  });

  it('name an instance by the label "id" and nothing else, and use base units', async () => {
    const names = (await scrape()).filter((line) => line.startsWith('timehub_')).map((line) => line.split(' ')[0]!);
    expect(names.filter((name) => /(clock|source|sink)=/.test(name))).to.deep.equal([]);
    expect(names.filter((name) => /_(ns|us|ms|ppb|ppm|percent)(_|\{|$)/.test(name))).to.deep.equal([]);
    expect(names.some((name) => name.startsWith('timehub_clock_frequency_ratio{id="system"}'))).to.equal(true);
  });

  it('show the resources of the process', async () => {
    const lines = await scrape();
    const value = (name: string) => Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1]);
    expect(value('process_resident_memory_bytes')).to.be.within(20e6, 4e9);
    expect(value('process_virtual_memory_bytes')).to.be.above(value('process_resident_memory_bytes'));
    expect(value('process_cpu_seconds_total')).to.be.above(0);
    expect(value('process_open_fds')).to.be.within(3, 10_000);
    expect(value('process_max_fds')).to.be.above(value('process_open_fds'));
    expect(value('process_start_time_seconds')).to.be.within(Date.now() / 1e3 - 86_400, Date.now() / 1e3 + 1);
  });

  it('include the counters of the plugins, as long as these exist', async () => {
    expect(await scrape()).to.include('timehub_sink_ntp_requests_total{id="ntp.lan"} 12346');
    bench.hub.metrics = () => [];
    bench.hub.advance();
    expect((await scrape()).filter((line) => line.includes('requests_total'))).to.deep.equal([]);
  });
});
