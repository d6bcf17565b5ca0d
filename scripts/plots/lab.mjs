/** Runs scenarios in the lab (real kernel, plugins, engine, servo) and watches the truth, the hub and its estimator. */
import { join } from 'node:path';
import { root } from '../tree.mjs';

const dist = (path) => import(join(root, 'dist/src', path));
const [{ readScenario }, { prepareScenario }, { Catalogue }, { createEstimator }] = await Promise.all([
  dist('lab/scenario/read.js'),
  dist('lab/scenario/prepare.js'),
  dist('kernel/plugins/catalogue.js'),
  dist('core/estimator/index.js'),
]);
const { ENGINE, ESTIMATOR, HOST, EVENT_LOG } = await dist('kernel/assembly/tokens.js');

const catalogue = new Catalogue();
catalogue.addFolder(join(root, 'dist/plugins'));

/**
 * Answers the run's `frames`, one at each tick: `atS`, `truthNs` (reference − clock), mode, clock and sources as the hub has
 * them, and what `look(estimator)` finds inside. And its `exchanges` with the transits `outNs` and `inNs`, and its `events`.
 * `hypotheses`: options of the estimator.
 */
export async function watch(toml, { seed = 1, hypotheses = {}, look = () => ({}) } = {}) {
  const scenario = await parse(toml);
  const estimator = createEstimator(hypotheses);
  const run = { frames: [], exchanges: [], events: [] };
  const { world, hub, start } = await prepareScenario(scenario, { seed, catalogue }, (parts) => {
    const host = parts.resolve(HOST);
    const now = () => ({ atS: host.nowNs / 1e9, truthNs: host.errorNs('system') });
    const frame = () => {
      const { mode, clocks, sources } = parts.resolve(ENGINE).state([host.clocks[0].read()]);
      return { ...now(), mode, clock: clocks[0], sources, ...look(estimator) };
    };
    const write = (record) => {
      if (record.type === 'tick') run.frames.push(frame());
      if (record.type === 'event') run.events.push({ ...now(), ...record });
      if (record.type === 'report') run.exchanges.push(...exchangesOf(record, now()));
    };
    parts.value(ESTIMATOR, estimator).value(EVENT_LOG, { note: '', close: async () => {}, write });
  });
  await start();
  await world.host.run(scenario.duration);
  await hub.stop();
  return run;
}

async function parse(toml) {
  const { scenario, problems } = await readScenario(toml, 'plot.toml');
  if (problems === undefined) return scenario;
  throw new Error(problems.map(({ message }) => message).join('; '));
}

function exchangesOf({ id, observations }, now) {
  const transit = (direction) =>
    observations.find((one) => one.kind === 'leg' && one.direction === direction)?.transitNs;
  const [outNs, inNs] = [transit('outbound'), transit('inbound')];
  return outNs === undefined || inNs === undefined ? [] : [{ ...now, id, outNs, inNs }];
}
