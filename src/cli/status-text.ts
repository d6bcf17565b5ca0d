import { styleText } from 'node:util';
import {
  formatDuration,
  formatOffset,
  formatRate,
  type Ns,
  type SourceState,
  type StatusReport,
} from '../api/index.js';

type Style = Parameters<typeof styleText>[0];

const MODE_STYLE: Readonly<Record<string, Style>> = {
  tracking: ['bold', 'green'],
  converging: ['bold', 'yellow'],
  holdover: ['bold', 'yellow'],
  unsynchronised: ['bold', 'red'],
};

const STATE_STYLE: Readonly<Record<SourceState, Style>> = {
  combined: 'green',
  agrees: 'green',
  numbering: 'cyan',
  warming: 'yellow',
  rejected: 'red',
  unreachable: 'red',
  disabled: 'dim',
};

/** Colours a text if standard output is a terminal and NO_COLOR is not set. */
export function paint(style: Style, text: string): string {
  const wanted = process.env.NO_COLOR === undefined && process.stdout.isTTY === true;
  return wanted ? styleText(style, text, { validateStream: false } as never) : text;
}

/** Returns the lines of mode, clocks and served quality. */
export function headline(status: StatusReport): string {
  const lines = [
    `timehub ${status.version}  ${paint(MODE_STYLE[status.mode] ?? 'bold', status.mode.toUpperCase())} for ${span(sinceS(status))}`,
  ];
  lines.push(`  ${status.reason}`);
  for (const clock of status.clocks) {
    lines.push(
      `  clock ${clock.id.padEnd(10)} ${Number.isFinite(clock.sigmaNs) ? formatOffset(clock.offsetNs) : 'offset not known'}   ±${formatDuration(clock.sigmaNs)} (1σ)   error below ${formatDuration(clock.boundNs)}, by any majority ${duration(clock.majorityBoundNs)}   needs ${formatRate(clock.frequencyPpb)}   ${clock.steered ? 'steered' : 'observed'}`,
    );
    if (clock.reason !== '') lines.push(`  ${' '.repeat(16)} ${clock.reason}`);
  }
  const { leap } = status;
  lines.push(`  serves           ${served(status)}   TAI−UTC ${leap.taiMinusUtc} s, leap second: ${leap.pending}`);
  return lines.join('\n');
}

/** JSON has null for Infinity; a hub of an earlier version states no majority bound. */
const duration = (ns: Ns | null | undefined): string => (typeof ns === 'number' ? formatDuration(ns) : 'not known');

/** Returns the quality that NTP and PTP clients are told. The free-running local clock has no root distance. */
function served({ ntp, ptp, local }: StatusReport): string {
  const distance = formatDuration(ntp.rootDelayNs / 2 + ntp.rootDispersionNs);
  const of = local === true ? `${ntp.refid}: the clock as it is)` : `${ntp.refid}), root distance ${distance}`;
  return `NTP stratum ${ntp.stratum} (${of}, PTP class ${ptp.clockClass}`;
}

/** Returns a table with a line for each source and its reason. */
export async function sourceTable(status: StatusReport): Promise<string> {
  const rows = status.sources.map((source) => [
    source.id,
    paint(STATE_STYLE[source.state], source.state),
    formatOffset(source.offsetNs),
    formatDuration(source.sigmaNs),
    formatDuration(source.boundNs),
    source.weight >= 0.005 ? `${Math.round(source.weight * 100)} %` : '–',
    Number.isFinite(source.ageS) ? span(source.ageS) : '–',
    source.stamp ?? '–',
    source.reason,
  ]);
  return table(['source', 'state', 'offset', '±noise', 'bound', 'weight', 'age', 'stamps', 'why'], rows);
}

export async function sinkTable(status: StatusReport): Promise<string> {
  return table(
    ['sink', 'state', 'why'],
    status.sinks.map((sink) => [sink.id, sink.state, sink.reason]),
  );
}

export async function table(head: readonly string[], rows: readonly (readonly string[])[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const none = Object.fromEntries(
    [
      'top',
      'top-mid',
      'top-left',
      'top-right',
      'bottom',
      'bottom-mid',
      'bottom-left',
      'bottom-right',
      'left',
      'left-mid',
      'mid',
      'mid-mid',
      'right',
      'right-mid',
    ].map((key) => [key, '']),
  );
  const drawn = new Table({
    head: head.map((title) => paint('dim', title.toUpperCase())),
    chars: { ...none, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn
    .toString()
    .split('\n')
    .map((line: string) => `  ${line.trimEnd()}`)
    .join('\n');
}

/** Formats a time span: `3 d 04 h`, `12 min`, `41 s`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min`;
  if (whole < 172_800)
    return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
  return `${Math.floor(whole / 86_400)} d ${String(Math.floor((whole % 86_400) / 3600)).padStart(2, '0')} h`;
}

const sinceS = (status: StatusReport): number =>
  Math.min(status.uptimeS, (Date.now() - Date.parse(status.modeSince)) / 1000);
