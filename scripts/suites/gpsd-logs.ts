/**
 * Reads gpsd's receiver logs as raw streams and compares times and fixes with those that gpsd itself makes of them. Prints a
 * Markdown table.
 *
 *   npm run suite:gpsd-logs -- PATH [--all]
 *
 * PATH: a checkout of github.com/ntpsec/gpsd. Its folder test/daemon has a log and, beside it, the expected records of each
 * receiver. `--all`: also lists the logs that agree. Exit status 1 if a log throws, or disagrees without an explanation.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '../../src/api/time.js';
import { type ReceiverReport, ReceiverSession, type ReceiverTime } from '../../src/protocol/gnss/receiver/index.js';
import { parseRecord } from '../../src/protocol/gpsd/index.js';
import { readArguments } from '../arguments.js';
import { EXPLANATIONS } from './gpsd-log-explanations.js';

const S_NS = 1_000_000_000n;
const MS_NS = 1_000_000n;
const ERA_MS = 1024 * 7 * 86_400_000;
/** Octets a second of a receiver at 9600 Bd: the pace at which the log is played. */
const OCTETS_A_SECOND = 960;

/**
 * 2017-01-01, the last leap second. gpsd takes earlier dates for week rollovers and adds 1024 weeks, except where its player
 * tells it that it plays an old log.
 */
const ROLLOVER_LIMIT: Instant = 1_483_228_800n * S_NS;

/** Share of foreign octets above which a log is one of another protocol. */
const MOSTLY = 0.5;

/** Times of a log, ms of POSIX, each with true if the receiver had a fix. */
type Fixes = ReadonlyMap<number, boolean>;

interface Compared {
  readonly name: string;
  /** Octets of the stream outside of NMEA, UBX and RTCM 3, as a share. */
  readonly foreign: number;
  readonly gpsd: number;
  readonly ours: number;
  /** Epochs here with a time that no message calls invalid. */
  readonly valid: number;
  readonly sameTime: number;
  readonly sameFix: number;
  /** Times of gpsd that are ours ± eras of 1024 weeks. */
  readonly otherEra: number;
  readonly firstMissing: number | undefined;
  /** True: played with gpsd's lower limit of dates. */
  readonly isRepaired: boolean;
  readonly error: string | undefined;
}

type Verdict =
  | 'agrees'
  | 'agrees, 1024 weeks later'
  | 'no times'
  | 'other protocol'
  | 'explained'
  | 'disagrees'
  | 'throws';

const {
  values: { all },
  positionals: [checkout, ...others],
} = readArguments({ options: { all: { type: 'boolean' } }, allowPositionals: true });
if (checkout === undefined || others.length > 0 || !existsSync(join(checkout, 'test/daemon'))) {
  process.stderr.write(
    'gpsd-logs: name a checkout of gpsd, with its folder test/daemon. --help lists what there is.\n',
  );
  process.exit(2);
}
process.exitCode = run(join(checkout, 'test/daemon'));

function run(folder: string): number {
  const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));
  if (logs.length === 0) throw new Error(`${folder} has no logs`);
  const counts = new Map<Verdict, number>();
  process.stdout.write('| log | verdict | times of gpsd | found | fix agrees | times here | foreign octets | |\n');
  process.stdout.write('|---|---|---|---|---|---|---|---|\n');
  for (const log of logs.sort()) {
    const compared = compare(folder, log);
    const verdict = verdictOf(compared);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    if (all || (verdict !== 'agrees' && verdict !== 'no times' && verdict !== 'other protocol'))
      process.stdout.write(rowOf(compared, verdict));
  }
  const summary = [...counts].map(([verdict, count]) => `${verdict}: ${count}`).join(', ');
  process.stdout.write(`\n${logs.length} logs. ${summary}.\n`);
  return counts.has('disagrees') || counts.has('throws') ? 1 : 0;
}

/** Plays a log without a lower limit of dates and, if gpsd's times are an era later, with gpsd's. */
function compare(folder: string, log: string): Compared {
  const plain = play(folder, log, 0n);
  return plain.otherEra === 0 ? plain : bestOf(plain, play(folder, log, ROLLOVER_LIMIT));
}

function bestOf(one: Compared, other: Compared): Compared {
  return other.sameFix > one.sameFix ? other : one;
}

function play(folder: string, log: string, notBefore: Instant): Compared {
  const stream = streamOf(readFileSync(join(folder, log), 'latin1'));
  const session = new ReceiverSession({ notBefore });
  const ours = new Map<number, boolean>();
  let valid = 0;
  let error: string | undefined;
  try {
    for (const epoch of epochsOf(session, stream)) valid += note(ours, epoch);
  } catch (thrown) {
    error = String(thrown);
  }
  const gpsd = expectedOf(join(folder, `${log}.chk`));
  const found = [...gpsd].map(([time, hasFix]) => [near(ours, time), hasFix] as const);
  const missing = [...gpsd.keys()].filter((time) => near(ours, time) === undefined);
  return {
    name: log.replace(/\.log$/, ''),
    foreign: session.streamCounters.garbage / Math.max(1, stream.length),
    gpsd: gpsd.size,
    ours: ours.size,
    valid,
    sameTime: found.filter(([own]) => own !== undefined).length,
    sameFix: found.filter(([own, hasFix]) => own === hasFix).length,
    otherEra: missing.filter((time) => [-2, -1, 1, 2].some((eras) => near(ours, time + eras * ERA_MS) !== undefined))
      .length,
    firstMissing: missing[0],
    isRepaired: notBefore > 0n,
    error,
  };
}

/** Returns the log without the comment at its head, and without the marks at which gpsd's player waits. */
function streamOf(log: string): Uint8Array {
  const cookie = /^# *Delay-Cookie: *(\S+)/m.exec(log)?.[1];
  let text = log;
  while (text.startsWith('#')) text = text.slice(text.indexOf('\n') + 1 || text.length);
  if (cookie !== undefined) text = text.replaceAll(cookie, '');
  return Buffer.from(text, 'latin1');
}

/** An epoch with all times that its messages state: a sentence may have more decimals than another. */
interface PlayedEpoch {
  readonly times: readonly ReceiverTime[];
  readonly report: ReceiverReport;
}

function* epochsOf(session: ReceiverSession, stream: Uint8Array): Generator<PlayedEpoch> {
  let now = 0n;
  let times: ReceiverTime[] = [];
  for (let at = 0; at <= stream.length; at += OCTETS_A_SECOND) {
    now += S_NS;
    const part = stream.subarray(at, at + OCTETS_A_SECOND);
    const events = [...session.feed(part, now), ...(at + OCTETS_A_SECOND > stream.length ? session.pause(now) : [])];
    for (const event of events) {
      if (event.type === 'time') times.push(event.time);
      if (event.type !== 'epoch') continue;
      yield { times: event.report.time === undefined ? times : [...times, event.report.time], report: event.report };
      times = [];
    }
  }
}

/** Notes the fix of all times of an epoch. Returns 1 if the epoch has a time that no message calls invalid. */
function note(fixes: Map<number, boolean>, { times, report }: PlayedEpoch): number {
  const { mode } = report.fix;
  const hasFix = mode !== undefined && mode !== 'none';
  for (const { utc } of times) {
    if (utc === undefined) continue;
    const ms = Number((utc + MS_NS / 2n) / MS_NS);
    fixes.set(ms, fixes.get(ms) === true || hasFix);
  }
  return report.time?.utc !== undefined && report.time.valid !== false ? 1 : 0;
}

/** Returns the times in gpsd's expected records, and whether one of its records at that time has a fix. */
function expectedOf(path: string): Fixes {
  const fixes = new Map<number, boolean>();
  for (const line of readIfThere(path).split('\n')) {
    if (!line.startsWith('{"class":"TPV"')) continue;
    const record = parseRecord(line);
    if (typeof record === 'string' || record.class !== 'TPV' || record.time === undefined) continue;
    const ms = Number(record.time / MS_NS);
    fixes.set(ms, fixes.get(ms) === true || record.mode >= 2);
  }
  return fixes;
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'latin1') : '';
}

/** Returns the fix at a time ± 1 ms, since gpsd cuts what it prints. */
function near(fixes: Fixes, time: number): boolean | undefined {
  return fixes.get(time) ?? fixes.get(time + 1) ?? fixes.get(time - 1);
}

function verdictOf({ name, error, isRepaired, gpsd, ours, valid, sameFix, foreign }: Compared): Verdict {
  if (error !== undefined) return 'throws';
  if (gpsd === 0 && valid === 0) return foreign > MOSTLY ? 'other protocol' : 'no times';
  if (gpsd > 0 && sameFix === gpsd) return isRepaired ? 'agrees, 1024 weeks later' : 'agrees';
  if (ours === 0 && foreign > MOSTLY) return 'other protocol';
  return name in EXPLANATIONS ? 'explained' : 'disagrees';
}

function rowOf(compared: Compared, verdict: Verdict): string {
  const { name, gpsd, sameTime, sameFix, ours, foreign, otherEra, firstMissing, error } = compared;
  const era = otherEra > 0 ? `${otherEra} differ by eras of 1024 weeks. ` : '';
  const missing = firstMissing === undefined ? '' : `First missing: ${new Date(firstMissing).toISOString()}. `;
  const remark =
    error ?? (verdict === 'explained' ? EXPLANATIONS[name]! : verdict === 'disagrees' ? `${era}${missing}` : '');
  const share = `${Math.round(foreign * 100)} %`;
  return `| ${[name, verdict, gpsd, sameTime, sameFix, ours, share, remark].join(' | ')} |\n`;
}
