/** Runs scenarios in the lab (real kernel, plugins, engine, servo) and watches the truth, the hub and its estimator. */
import { join } from 'node:path';
import { root } from '../tree.mjs';

const dist = (path) => import(join(root, 'dist/src', path));
const [{ readScenario }, { createWorld }, { scheduleEvents }, { Hub }, { Catalogue }] = await Promise.all([
  dist('lab/scenario/read.js'),
  dist('lab/scenario/world.js'),
  dist('lab/scenario/timeline.js'),
  dist('kernel/hub.js'),
  dist('kernel/catalogue.js'),
]);
const [{ createEngine }, { createEstimator }, { readLeapTable }] = await Promise.all([
  dist('core/engine.js'),
  dist('core/estimator/index.js'),
  dist('core/leap-table.js'),
]);

const catalogue = new Catalogue();
catalogue.addFolder(join(root, 'dist/plugins'));
const SILENT = { debug() {}, info() {}, warn() {} };

/**
 * Answers the run's `frames`, one at each tick: `atS`, `truthNs` (reference − clock), mode, clock and sources as the hub has
 * them, and what `look(estimator)` finds inside. And its `exchanges` with the transits `outNs` and `inNs`, and its `events`.
 * `hypotheses`: options of the estimator.
 */
export async function watch(toml, { seed = 1, hypotheses = {}, look = () => ({}) } = {}) {
  const scenario = await parse(toml);
  const world = await createWorld(scenario, seed, await definitions());
  const { host } = world;
  const estimator = createEstimator(hypotheses);
  const engine = createEngine(coreOptions(scenario), estimator, readLeapTable(host.leapSeconds()?.text));
  const run = { frames: [], exchanges: [], events: [] };
  const now = () => ({ atS: host.nowNs / 1e9, truthNs: host.errorNs('system') });
  const frame = () => {
    const { mode, clocks, sources } = engine.state([host.clocks[0].read()]);
    return { ...now(), mode, clock: clocks[0], sources, ...look(estimator) };
  };
  const journal = {
    note: '',
    close: async () => {},
    write(record) {
      if (record.type === 'tick') run.frames.push(frame());
      if (record.type === 'event') run.events.push({ ...now(), ...record });
      if (record.type === 'observations') run.exchanges.push(...exchangesOf(record, now()));
    },
  };
  const abort = (error) => {
    throw error;
  };
  const hub = new Hub({
    version: 'plots',
    host,
    engine,
    journal,
    log: () => SILENT,
    abort,
    quietTickNs: scenario.tick,
  });
  scheduleEvents(scenario, world, () => {});
  await hub.start([...world.plans.values()]);
  await host.run(scenario.duration);
  await hub.stop();
  return run;
}

async function parse(toml) {
  const { scenario, problems } = await readScenario(toml, 'plot.toml');
  if (problems === undefined) return scenario;
  throw new Error(problems.map(({ message }) => message).join('; '));
}

const definitions = async () =>
  new Map(await Promise.all(['source.ntp', 'sink.system-clock'].map(async (id) => [id, await catalogue.load(id)])));

const coreOptions = ({ hub }) => ({
  minAgreeing: hub['min-agreeing'],
  maxErrorNs: hub['max-error'],
  trackingErrorNs: hub['max-error'] / 10,
});

function exchangesOf({ id, observations }, now) {
  const transit = (direction) =>
    observations.find((one) => one.kind === 'leg' && one.direction === direction)?.transitNs;
  const [outNs, inNs] = [transit('outbound'), transit('inbound')];
  return outNs === undefined || inNs === undefined ? [] : [{ ...now, id, outNs, inNs }];
}
