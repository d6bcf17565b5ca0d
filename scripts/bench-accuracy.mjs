#!/usr/bin/env node
/**
 * How exact the hub is, beside chrony and beside what is possible: every scenario of test/scenarios/table/ with seven
 * seeds, spread over the cores. A row is done when it is at or below its target. Exit status 0 whatever the figures.
 *
 *   node scripts/bench-accuracy.mjs [--quick] [--rows REGEX] [--seeds N] [--json]
 *
 * --quick: one seed, a quarter of the steady part; for a first look, not for comparisons.
 */
import { fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';
import { root } from './tree.mjs';

const FOLDER = join(root, 'test/scenarios/table');
const SEEDS = 7;
const QUICK_SHARE = 0.25;

const lab = () => import('../dist/src/lab/scenario/index.js');

async function readRow(path) {
  const { readScenario } = await lab();
  const { scenario, problems } = await readScenario(readFileSync(path, 'utf8'), path);
  if (scenario === undefined) throw new Error(`${path}: ${problems.map(({ message }) => message).join('; ')}`);
  return scenario;
}

const shortened = (scenario) =>
  scenario.reference.figure !== 'rms'
    ? scenario
    : {
        ...scenario,
        duration: scenario['steady-from'] + (scenario.duration - scenario['steady-from']) * QUICK_SHARE,
        server: scenario.server.map((server) => ({
          ...server,
          event: server.event.filter(({ at }) => at <= scenario['steady-from']),
        })),
      };

/** A worker: scenarios in, results out. */
async function work() {
  const [{ simulate }, { Catalogue }] = await Promise.all([lab(), import('../dist/src/kernel/catalogue.js')]);
  const catalogue = new Catalogue();
  catalogue.addFolder(join(root, 'dist/plugins'));
  process.on('message', async ({ path, seed, quick }) => {
    try {
      const scenario = await readRow(path);
      const result = await simulate(quick ? shortened(scenario) : scenario, { seed, catalogue, version: 'bench' });
      process.send({ result });
    } catch (error) {
      process.send({ error: error.stack });
    }
  });
  process.send({ ready: true });
}

/** Runs the jobs on all cores, the longest first; answers with their results in the order of the jobs. */
function runAll(jobs, onDone) {
  const results = new Array(jobs.length);
  const order = [...jobs.keys()].sort((a, b) => jobs[b].cost - jobs[a].cost);
  const workers = Math.min(availableParallelism(), jobs.length);
  return new Promise((resolve, reject) => {
    let left = jobs.length;
    for (let i = 0; i < workers; i++) {
      const child = fork(import.meta.filename, ['--worker'], { stdio: 'inherit' });
      let current;
      const next = () => {
        current = order.shift();
        if (current === undefined) child.disconnect();
        else child.send(jobs[current]);
      };
      child.on('message', ({ result, error }) => {
        if (error !== undefined)
          return reject(new Error(`${basename(jobs[current].path)}, seed ${jobs[current].seed}: ${error}`));
        if (result !== undefined) {
          results[current] = result;
          onDone(--left);
          if (left === 0) resolve(results);
        }
        next();
      });
      child.on('exit', (code) => code !== 0 && reject(new Error(`a worker ended with status ${code}`)));
    }
  });
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length % 2 === 1
    ? sorted[(sorted.length - 1) / 2]
    : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
};
const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
const orNever = (seconds) => (seconds === null ? Number.POSITIVE_INFINITY : seconds * 1e9);

/** The figure of a row over its seeds: `[value, lowest, highest]` in ns (seconds as ns too). */
function figureOf({ figure, limit = '1ms' }, results) {
  const spread = (values) => [median(values), Math.min(...values), Math.max(...values)];
  switch (figure) {
    case 'rms':
      return spread(results.map(({ rmsNs }) => rmsNs));
    case 'event':
      return spread(results.map(({ peakNs }) => peakNs));
    case 'within':
      return spread(results.map(({ withinS }) => orNever(withinS[limit])));
    case 'probes': {
      const all = results.flatMap(({ probesNs }) => probesNs);
      return [rms(all), Math.min(...all.map(Math.abs)), Math.max(...all.map(Math.abs))];
    }
  }
}

/** One line of the table, or two: an event has a peak and a recovery. */
function linesOf({ name, scenario, results }) {
  const { reference } = scenario;
  const worst = (values) =>
    values.reduce((most, value) => (Math.abs(Math.log(value)) > Math.abs(Math.log(most)) ? value : most), 1);
  const honest = {
    normalised: median(results.map(({ normalisedErrorRms }) => normalisedErrorRms ?? Number.NaN)),
    worst: worst(results.map(({ normalisedErrorRms }) => normalisedErrorRms ?? 1)),
    violations:
      results.reduce((sum, { boundViolations }) => sum + boundViolations, 0) /
      results.reduce((sum, { steadyS }) => sum + steadyS, 0),
    cpuMs: results.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
  const line = (title, [ours, low, high], { chrony, linear, weighted, prototype, target }) => ({
    name,
    title,
    chrony,
    linear,
    weighted,
    prototype,
    ours,
    low,
    high,
    ratio: ours / chrony,
    target,
    done: ours <= target,
    ...honest,
  });
  const first = line(
    scenario.summary + (reference.figure === 'event' ? ': peak' : ''),
    figureOf(reference, results),
    reference,
  );
  if (reference.figure !== 'event') return [first];
  const recoveries = results.map(({ recoveryS }) => orNever(recoveryS));
  const back = [median(recoveries), Math.min(...recoveries), Math.max(...recoveries)];
  const recovery = { chrony: reference['chrony-recovery'], target: reference['target-recovery'] };
  return [first, line(`${scenario.summary}: back`, back, recovery)];
}

function print(lines, { formatDuration }) {
  const time = (ns) => {
    if (ns === undefined) return '–';
    if (ns === 0) return '0';
    return ns < 100 ? `${ns.toPrecision(3)} ns` : formatDuration(ns);
  };
  const rows = lines.map((line) => [
    line.title,
    ...[line.chrony, line.linear, line.weighted, line.prototype, line.ours].map(time),
    `${time(line.low)} … ${time(line.high)}`,
    line.ratio.toFixed(2),
    time(line.target),
    line.done ? 'yes' : 'NO',
    `${line.normalised.toFixed(2)} (${line.worst.toFixed(2)})`,
    line.violations === 0 ? '0' : line.violations.toExponential(1),
  ]);
  const head = [
    'scenario, poll',
    'chrony',
    'linear',
    'weighted',
    'prototype',
    'timehub',
    'seeds',
    '/ chrony',
    'target',
    'done',
    'norm. error (worst)',
    'outside',
  ];
  const width = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  for (const row of [head, ...rows])
    console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(width[i]) : cell.padStart(width[i]))).join('  '));
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      rows: { type: 'string' },
      seeds: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  if (process.env.TIMEHUB_NO_SETUP === undefined) setup();
  const seeds = Number(options.seeds ?? (options.quick ? 1 : SEEDS));
  const wanted = new RegExp(options.rows ?? '', 'i');
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.toml') && wanted.test(file));
  const rows = await Promise.all(
    files.map(async (file) => ({
      name: basename(file, '.toml'),
      path: join(FOLDER, file),
      scenario: await readRow(join(FOLDER, file)),
    })),
  );
  const cost = ({ duration, tick, server }) => (duration / tick) * (2 + server.length);
  const jobs = rows.flatMap(({ path, scenario }) =>
    Array.from({ length: seeds }, (_, i) => ({
      path,
      seed: i + 1,
      quick: options.quick === true,
      cost: cost(scenario),
    })),
  );
  const started = Date.now();
  const tell = (left) => process.stderr.isTTY && process.stderr.write(`\r${left} runs left `);
  const results = await runAll(jobs, tell);
  const lines = rows.flatMap((row, i) => linesOf({ ...row, results: results.slice(i * seeds, (i + 1) * seeds) }));
  if (options.json) console.log(JSON.stringify({ seeds, quick: options.quick === true, rows: lines }, undefined, 2));
  else print(lines, await import('../dist/src/api/index.js'));
  const cpuS = results.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1e3;
  process.stderr.write(
    `\r${jobs.length} runs in ${Math.round((Date.now() - started) / 1e3)} s (${Math.round(cpuS)} s of CPU)\n`,
  );
}

await (process.argv.includes('--worker') ? work() : main());
