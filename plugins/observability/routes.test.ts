import { connect } from 'node:net';
import { expect } from 'chai';
import { DashboardBench } from './testing/dashboard-bench.js';
import { ask } from './testing/http-client.js';

describe('the routes', () => {
  let bench: DashboardBench;
  const get = (path: string, headers: Record<string, string> = {}) => ask({ port: bench.port, path, headers });

  before(async () => {
    bench = new DashboardBench();
    await bench.start({ hosts: ['gm-01.example'] });
    bench.hub.advance();
  });

  after(() => bench.close());

  it('list all sources and show one', async () => {
    const all = JSON.parse((await get('/v1/sources')).text);
    expect(all.sources.map(({ id }: { id: string }) => id)).to.include('ntp.pool-2');
    const one = JSON.parse((await get('/v1/sources/pps.gnss')).text);
    expect(one).to.deep.include({ schema: 1 });
    expect(one.instance.id).to.equal('pps.gnss');
  });

  it('write instants as text and unknown values as null', async () => {
    const one = JSON.parse((await get('/v1/sources/pps.gnss')).text);
    expect(one.recent[0].monotonic).to.equal('1001000000000');
    const all = JSON.parse((await get('/v1/sources')).text);
    expect(all.sources.find(({ id }: { id: string }) => id === 'ntp.pool-3').offsetNs).to.equal(null);
  });

  it('list the clients with the most requests, and count all', async () => {
    const { schema, total, clients } = JSON.parse((await get('/v1/clients')).text);
    expect({ schema, total }).to.deep.equal({ schema: 1, total: 1200 });
    expect(clients).to.have.length(1000);
    expect(clients[0]).to.deep.include({ client: '192.0.0.0', sink: 'ntp.lan', requests: 1000, authentication: 'nts' });
  });

  it('explain the decision', async () => {
    expect(JSON.parse((await get('/v1/why')).text).why).to.contain('Steering by pps.gnss');
  });

  it('answer 404 for an unknown name', async () => {
    for (const path of [
      '/v1/sources/nobody',
      '/v1/nothing',
      '/nothing.js',
      '/..%2fsink.js',
      '/%2e%2e/sink.js',
      '/plugin.json',
    ]) {
      expect((await get(path)).status, path).to.equal(404);
    }
  });

  it('serve the dashboard with a policy that allows nothing from other sites', async () => {
    const page = await get('/');
    expect(page.status).to.equal(200);
    expect(page.headers['content-type']).to.equal('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).to.contain("default-src 'none'");
    expect(page.headers['content-security-policy']).not.to.contain('unsafe');
  });

  it('are read-only', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await ask({ port: bench.port, path: '/v1/status', method });
      expect(status, method).to.equal(405);
      expect(headers.allow).to.equal('GET, HEAD');
    }
  });

  it('answer HEAD with the headers of GET and no body, and open no stream for it', async () => {
    for (const path of ['/v1/status', '/v1/events', '/metrics', '/', '/healthz', '/main.js']) {
      const { status, text, headers } = await ask({ port: bench.port, path, method: 'HEAD' });
      expect(status, path).to.equal(200);
      expect(headers['content-type'], path).to.be.a('string');
      expect(text, path).to.equal('');
    }
    expect(bench.streams()).to.equal(0);
    expect((await ask({ port: bench.port, path: '/nothing', method: 'HEAD' })).status).to.equal(404);
  });

  it('say whether the hub is alive', async () => {
    const { status, text } = await get('/healthz');
    expect([status, text]).to.deep.equal([200, 'alive\n']);
  });

  it('say whether the hub tracks within the error that is asked for', async () => {
    expect((await get('/readyz')).status).to.equal(200);
    const near = await get('/readyz?max-error=1us');
    expect([near.status, near.text]).to.deep.equal([200, 'the hub is tracking, the error is below 240 ns\n']);
    expect((await get('/readyz?max-error=100ns')).status).to.equal(503);
    bench.hub.mode = 'holdover';
    bench.hub.advance();
    const held = await get('/readyz?max-error=1us');
    bench.hub.mode = 'tracking';
    bench.hub.advance();
    expect([held.status, held.text]).to.deep.equal([503, 'the hub is in holdover, the error is below 240 ns\n']);
    for (const wrong of ['1', 'soon', '-1ms', '0s'])
      expect((await get(`/readyz?max-error=${wrong}`)).status, wrong).to.equal(400);
  });

  it('read no body', async () => {
    const { status, headers } = await ask({
      port: bench.port,
      path: '/v1/status',
      headers: { 'content-length': '3' },
      body: 'abc',
    });
    expect(status).to.equal(413);
    expect(headers.connection).to.equal('close');
  });

  it('refuse a Host name that is not configured', async () => {
    expect((await get('/v1/status', { host: 'evil.example' })).status).to.equal(421);
    expect((await get('/v1/status', { host: '127.0.0.1.evil.example:80' })).status).to.equal(421);
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:80', '192.0.2.1:11180', 'GM-01.example']) {
      expect((await get('/v1/status', { host })).status, host).to.equal(200);
    }
  });

  it('use the name of an absolute target, not the Host header', async () => {
    expect((await get('http://evil.example/v1/status', { host: 'localhost' })).status).to.equal(421);
    expect((await get('http://localhost/v1/status', { host: 'evil.example' })).status).to.equal(200);
  });

  it('answer 404 for a name that is not UTF-8', async () => {
    for (const name of ['%', '%E0%A4%A', '%00', '__proto__', 'constructor', 'a'.repeat(5000)]) {
      expect((await get(`/v1/sources/${name}`)).status, name).to.equal(404);
    }
  });

  it('refuse a detail that is very large', async () => {
    const large = new DashboardBench();
    const detail = large.hub.detail('pps.gnss')!;
    large.hub.detail = () => ({ ...detail, inspect: { text: 'x'.repeat(1 << 20) } });
    await large.start();
    const { status, text } = await ask({ port: large.port, path: '/v1/sources/pps.gnss' });
    expect([status, text.length < 1000]).to.deep.equal([500, true]);
    await large.close();
  });

  it('share a response for a quarter of a second at the port, and make each one for the socket', async () => {
    const counted = new DashboardBench();
    await counted.start();
    let made = 0;
    const status = counted.hub.status();
    counted.hub.status = () => ({ ...status, uptimeS: ++made });
    const asked = async (question: { port?: number; socketPath?: string }) =>
      JSON.parse((await ask({ ...question, path: '/v1/status' })).text).uptimeS;
    const { port, socket: socketPath } = counted;
    expect([await asked({ port }), await asked({ port })]).to.deep.equal([1, 1]);
    expect([await asked({ socketPath }), await asked({ socketPath })]).to.deep.equal([2, 3]);
    counted.hub.advance();
    expect(await asked({ port })).to.equal(4);
    await counted.close();
  });

  it('log the first response that could not be made, and count the others', async () => {
    const broken = new DashboardBench();
    broken.hub.why = () => {
      throw new Error('a fault of the hub');
    };
    await broken.start();
    for (let time = 0; time < 3; time++)
      expect((await ask({ port: broken.port, path: '/v1/why' })).status).to.equal(500);
    expect(broken.fake.warnings).to.have.length(1);
    await broken.close();
  });

  it('accept any Host name at the socket', async () => {
    expect((await ask({ socketPath: bench.socket, path: '/v1/status', headers: { host: 'x' } })).status).to.equal(200);
  });

  it('survive input that is not HTTP', async () => {
    const text = await new Promise<string>((resolve) => {
      const socket = connect(bench.port, '127.0.0.1', () => socket.write('\x16\x03\x01 GET / HTTP/9\r\n\r\n'));
      let all = '';
      socket.on('data', (chunk) => (all += chunk));
      socket.on('close', () => resolve(all));
    });
    expect(text).to.contain('400');
    expect((await get('/v1/status')).status).to.equal(200);
  });

  it('do not include the dashboard when it is disabled', async () => {
    const plain = new DashboardBench();
    await plain.start({ dashboard: false });
    expect((await ask({ port: plain.port, path: '/' })).status).to.equal(404);
    expect((await ask({ port: plain.port, path: '/v1/status' })).status).to.equal(200);
    await plain.close();
  });
});
