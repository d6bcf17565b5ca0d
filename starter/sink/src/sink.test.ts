import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { checkContract, createInstance, fakeSink, timeStateOf } from 'timehub/testing';
import plugin, { textOf } from './sink.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timehub-{{type}}-'));
  file = join(folder, 'estimate.json');
});

afterEach(() => rm(folder, { recursive: true }));

const read = async (): Promise<Record<string, unknown>> => JSON.parse(await readFile(file, 'utf8'));

test('keeps the contract of timehub', () => checkContract(plugin, { file, interval: '1h' }));

test('writes the state as it starts, and removes the file as it stops', async () => {
  const context = fakeSink({ id: '{{type}}.a' });
  const instance = await createInstance(plugin, { file }, context);
  await instance.start();
  assert.equal((await read()).mode, 'tracking');
  assert.deepEqual(await readdir(folder), ['estimate.json']);
  await instance.stop();
  assert.deepEqual(await readdir(folder), []);
});

test('fails to start where the folder is missing', async () => {
  const missing = join(folder, 'missing', 'estimate.json');
  const instance = await createInstance(plugin, { file: missing }, fakeSink());
  await assert.rejects(instance.start(), /ENOENT/);
});

test('says null where nothing is known', () => {
  const state = timeStateOf(fakeSink().host);
  const clocks = state.clocks.map((clock) => ({ ...clock, offsetNs: Number.NaN }));
  assert.equal(JSON.parse(textOf({ ...state, clocks })).offsetNs, null);
});
