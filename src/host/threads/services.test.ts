import { expect } from 'chai';
import type { HubError } from '../../api/index.js';
import type { HostService } from '../../kernel/host.js';
import type { EchoData } from '../testing/echo-service.js';
import { startService } from './services.js';

const module = new URL('../testing/echo-service.js', import.meta.url);

describe('the thread of a service', function () {
  this.timeout(20_000);
  const services: HostService[] = [];
  afterEach(async () => {
    for (const service of services.splice(0)) {
      service.terminate();
      await service.ended;
    }
  });

  function started(data: EchoData, from = module): HostService {
    const service = startService({ module: from, data, name: 'the echo' });
    services.push(service);
    return service;
  }

  it('has the result of the start, takes other data, and ends when it is asked to', async () => {
    const service = started('work');
    await service.ready;
    expect(service.result).to.equal('4 true');
    const counts = new SharedArrayBuffer(4);
    await Promise.all([service.update({ counts }), service.update({ counts })]);
    expect(new Int32Array(counts)[0]).to.equal(2);
    service.stop();
    expect(await service.ended).to.equal(undefined);
    await service.update({ counts });
  });

  it('ends with the code, the cause and the remedy of a start that fails', async () => {
    const error = (await started('refuse').ended) as HubError;
    expect(error).to.include({ code: 'TH_NET_OPEN', message: 'it cannot listen', hint: 'try later' });
  });

  it('goes on with its former data when an update fails', async () => {
    const service = started('work');
    await service.ready;
    const error = await service.update('refuse').catch((thrown: HubError) => thrown);
    expect((error as HubError).code).to.equal('TH_NET_OPEN');
    await service.update('work');
  });

  it('ends with the error of a timer', async () => {
    expect((await started('throw').ended)?.message).to.equal('the test wants it');
  });

  it('shows that its event loop goes on, and is ended when it does not', async () => {
    const service = started('work');
    await service.ready;
    while (service.rounds === 0) await new Promise(setImmediate);
    await service.update('hang');
    service.terminate();
    expect((await service.ended)?.message).to.equal('its event loop stood still');
  });

  it('ends with the error of a module that cannot be loaded', async () => {
    const error = await started('work', new URL('./no-such-service.js', import.meta.url)).ended;
    expect(error?.message).to.match(/no-such-service/);
  });
});
