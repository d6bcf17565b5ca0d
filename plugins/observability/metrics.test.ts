import { expect } from 'chai';
import { ask } from './testing/ask.js';
import { Bench } from './testing/bench.js';

describe('the metrics', () => {
  let bench: Bench;
  const scrape = async (): Promise<string[]> => (await ask({ port: bench.port, path: '/metrics' })).text.split('\n');

  beforeEach(async () => {
    bench = new Bench();
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
    expect(lines).to.include(`timehub_clock_offset_seconds{clock="system"} ${offset / 1e9}`);
    expect(lines).to.include('timehub_clock_error_bound_seconds{clock="system"} 2.4e-7');
    expect(lines).to.include('timehub_source_weight_ratio{source="pps.gnss"} 0.81');
    expect(lines).to.include('timehub_source_observations_total{source="pps.gnss"} 1');
  });

  it('give a state as one series each, 1 for the one that is', async () => {
    const lines = await scrape();
    expect(lines).to.include('timehub_mode{mode="tracking"} 1');
    expect(lines).to.include('timehub_mode{mode="holdover"} 0');
    expect(lines).to.include('timehub_source_state{source="ntp.pool-2",state="rejected"} 1');
    expect(lines.filter((line) => line.startsWith('timehub_source_state{source="ntp.pool-2"'))).to.have.length(7);
  });

  it('leave out what is not known', async () => {
    const lines = await scrape();
    expect(lines.filter((line) => /NaN|Inf/.test(line))).to.deep.equal([]);
    expect(lines.filter((line) => line.includes('ntp.pool-3') && line.includes('offset'))).to.deep.equal([]);
  });

  it('hand on what the plugins count, and forget it with them', async () => {
    expect(await scrape()).to.include('timehub_sink_ntp_requests_total{id="ntp.lan"} 12346');
    bench.hub.metrics = () => [];
    expect((await scrape()).filter((line) => line.includes('requests_total'))).to.deep.equal([]);
  });
});
