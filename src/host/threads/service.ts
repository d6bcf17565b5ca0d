import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { ServiceDefinition, ServiceTools } from '../../api/index.js';
import { loadNative } from '../native.js';
import { listenTls } from '../net/tls-server.js';
import { after } from '../timers.js';
import { cloneableError, type FromService, type ServiceTask, type ToService } from './service-task.js';

/** The program of a service's thread: unlike that of a worker it has an event loop, in which the service does its work. */

/** Interval of the signs that the event loop goes on. */
const HEARTBEAT_MS = 1000;

const task = workerData as ServiceTask;
const rounds = new Int32Array(task.rounds);
const { native } = loadNative();
const tools: ServiceTools = {
  network: { tlsServer: listenTls },
  after,
  monotonic: () => native?.monotonicRaw() ?? process.hrtime.bigint(),
  random: (octets) => randomBytes(octets),
  aesSiv: native?.hasAesSiv() === true ? native.aesSiv : undefined,
};
const tell = (message: FromService): void => parentPort!.postMessage(message);

const { default: definition } = (await import(task.module)) as { readonly default: ServiceDefinition };
const service = definition.create(task.data, tools);
setInterval(() => Atomics.add(rounds, 0, 1), HEARTBEAT_MS);
parentPort!.on('message', (message: ToService) => {
  if (message.kind === 'stop') {
    service.stop();
    // Ends this thread alone.
    process.exit(0);
  }
  let error: unknown;
  try {
    service.update(message.data);
  } catch (thrown) {
    error = thrown ?? new Error('it threw nothing');
  }
  tell({ kind: 'updated', error: error === undefined ? undefined : cloneableError(error) });
});
try {
  tell({ kind: 'started', result: await service.start() });
} catch (error) {
  tell({ kind: 'failed', error: cloneableError(error) });
}
