import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkContract, createInstance, fakeSource } from 'timehub/testing';

import plugin, { parseOffset } from './source.js';

const socket = '/run/timehub/{{type}}.sock';
const S = 1e9;

/** A running source on a simulated machine, and a program that sends to it. */
async function scene() {
  const context = fakeSource({ id: '{{type}}.a' });
  const instance = await createInstance(plugin, { socket, noise: '50us' }, context);
  await instance.start();
  const program = context.host.network.unixDatagram({ path: '/run/program.sock' });
  const send = (text: string): void => program.send(new TextEncoder().encode(text), socket);
  return { ...context, instance, send };
}

test('keeps the contract of timehub', () => checkContract(plugin, { socket }));

test('reports a comparison at the instant at which it comes', async () => {
  const { host, record, send } = await scene();
  await host.run(10 * S);
  send('0.000250\n');
  await host.run(11 * S);
  const [observation, ...others] = record.observations;
  assert.ok(observation?.kind === 'reading' && others.length === 0);
  assert.equal(observation.offsetNs, 250_000);
  assert.equal(observation.noiseFloorNs, 50_000);
  assert.equal(observation.monotonic, host.monotonic() - 1_000_000_000n);
  assert.equal(record.claims[0]?.synchronised, true);
});

test('says so while nothing comes', async () => {
  const { record } = await scene();
  assert.deepEqual(record.unreachable, [`nothing has come to ${socket} yet`]);
});

test('counts what is no number, and reports nothing', async () => {
  const { host, record, send } = await scene();
  for (const text of ['', 'soon', 'NaN', 'Infinity']) send(text);
  await host.run(S);
  assert.equal(record.observations.length, 0);
  assert.equal(record.metrics.malformed_total, 4);
  assert.equal(parseOffset('-1e-6'), -1000);
});
