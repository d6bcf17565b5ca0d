import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'smol-toml';
import * as v from 'valibot';
import { config, formatAddress, parseAddress } from './config.js';

describe('the configuration of a gpsd source', () => {
  it('accepts a host with or without a port', () => {
    expect(parseAddress('localhost')).to.deep.equal({ host: 'localhost', port: 2947 });
    expect(parseAddress('192.0.2.1:12947')).to.deep.equal({ host: '192.0.2.1', port: 12947 });
    expect(parseAddress('[::1]:1')).to.deep.equal({ host: '::1', port: 1 });
    expect(formatAddress({ host: '::1', port: 1 })).to.equal('[::1]:1');
    expect(parseAddress('::1')).to.deep.equal({ host: '::1', port: 2947 });
    for (const bad of [
      '',
      ':2947',
      'a b',
      'host:0',
      'host:65536',
      'host:port',
      '[::1',
      'gpsd://host',
      '10.0.0',
      '$HOST',
    ]) {
      expect(v.safeParse(config, { address: bad }).success, bad).to.equal(false);
    }
  });

  it('has a default for every key', () => {
    expect(v.parse(config, {})).to.deep.equal({
      address: { host: 'localhost', port: 2947 },
      pps: 'auto',
      'serial-delay': 350e6,
      timeout: 10e9,
      'same-clock': false,
    });
  });

  it('refuses unknown keys and values', () => {
    for (const wrong of [{ pps: 'yes' }, { timeout: 5 }, { adress: 'localhost' }, { precision: '1s' }]) {
      expect(v.safeParse(config, wrong).success, JSON.stringify(wrong)).to.equal(false);
    }
  });

  it('accepts its own example', () => {
    const example = parse(readFileSync('plugins/gpsd/example.toml', 'utf8')) as { source: { gpsd: { gnss: unknown } } };
    expect(v.parse(config, example.source.gpsd.gnss)).to.include({ device: '/dev/ttyACM0' });
  });
});
