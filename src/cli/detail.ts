import {
  type DetailReport,
  formatDuration,
  formatOffset,
  formatRate,
  type Leg,
  NS_PER_S,
  type Ns,
  type Observation,
  type SourceReport,
} from '../api/index.js';
import { paint } from './status-text.js';

/** Number of observations that are shown. */
const RECENT = 6;
const LABEL = 22;

/** Describes one source or sink: its state and reason, its own view, claims, configuration and last observations. */
export function describeDetail({ instance, source, inspect, claims, config, recent }: DetailReport): string {
  const { id, kind, state, reason, restarts } = instance;
  const again = restarts === 0 ? '' : `, restarted ${restarts === 1 ? 'once' : `${restarts} times`}`;
  const sentences = new Set([reason, source?.reason ?? '', source === undefined ? '' : standing(source)]);
  return [
    `${paint('bold', id)}  ${kind}  ${source?.state ?? state}${again}`,
    ...[...sentences].filter((sentence) => sentence !== '').map((sentence) => `  ${sentence}`),
    ...section('state', inspect),
    ...section('claims', claims ?? {}),
    ...section('configuration', config),
    ...(recent === undefined
      ? []
      : ['', heading('last observations'), ...recent.slice(-RECENT).map((one) => line(one, claims?.taiMinusUtc ?? 0))]),
  ].join('\n');
}

const heading = (title: string): string => paint('dim', title.toUpperCase());

const standing = ({ offsetNs, sigmaNs, boundNs, weight, ageS, observations }: SourceReport): string =>
  observations === 0
    ? ''
    : [
        `${formatOffset(offsetNs)} ±${formatDuration(sigmaNs)}`,
        `error below ${formatDuration(boundNs)}`,
        `weight ${Math.round(weight * 100)} %`,
        `heard ${formatDuration(ageS * NS_PER_S)} ago`,
        `${observations} observations`,
      ].join('   ');

function section(title: string, values: object): readonly string[] {
  const lines = entries(values, '  ');
  return lines.length === 0 ? [] : ['', heading(title), ...lines];
}

const entries = (values: object, indent: string): readonly string[] =>
  Object.entries(values).flatMap(([key, value]) => entry(key, value, indent));

function entry(key: string, value: unknown, indent: string): readonly string[] {
  const { label, text } = named(key, value);
  const head = `${indent}${label}`.padEnd(LABEL);
  if (Array.isArray(value) && value.some(isObject)) {
    return [head.trimEnd(), ...value.map((item) => `${indent}  ${isObject(item) ? inline(item) : item}`)];
  }
  if (!isObject(value) || Array.isArray(value)) return [`${head}  ${text}`];
  if (Object.values(value).every((inner) => typeof inner === 'number')) return [`${head}  ${counts(value)}`];
  return [head.trimEnd(), ...entries(value, `${indent}  `)];
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Lists the counters that are not zero. */
function counts(values: object): string {
  const some = Object.entries(values).filter(([, value]) => value !== 0);
  return some.length === 0 ? 'none' : some.map(([key, value]) => `${label(key)} ${value}`).join(', ');
}

const inline = (values: object): string =>
  Object.entries(values)
    .map(([key, value]) => {
      const { label, text } = named(key, value);
      return `${label} ${text}`;
    })
    .join(', ');

/** The format of a number by the unit at the end of its name. */
const UNITS: readonly (readonly [RegExp, (value: number) => string])[] = [
  [/(?<=[a-z])Ns$/, formatDuration],
  [/(?<=[a-z])S$/, (value) => formatDuration(value * NS_PER_S)],
  [/(?<=[a-z])Ppb$/, formatRate],
  [/(?<=[a-z])Deg$/, (value) => `${value}°`],
  [/(?<=[a-z])DbHz$/, (value) => `${value} dB-Hz`],
];

/** `meanDelayNs: 1250` → `mean delay`, `1.25 µs`. */
function named(key: string, value: unknown): { readonly label: string; readonly text: string } {
  const [suffix, format] = UNITS.find(([unit]) => unit.test(key)) ?? [/$/, String];
  return { label: label(key.replace(suffix, '')), text: typeof value === 'number' ? format(value) : textOf(value) };
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (!Array.isArray(value)) return String(value);
  return value.length === 0 ? 'none' : value.join(', ');
}

/** `stepsRemoved` → `steps removed`. Abbreviations stay in capitals. */
const label = (key: string): string =>
  key.replace(/[a-z](?=[A-Z][a-z])/g, '$& ').replace(/ [A-Z](?=[a-z])/g, (s) => s.toLowerCase());

function line(observation: Observation, taiMinusUtc: number): string {
  const { stamp, path, clock } = observation;
  return `  ${[...said(observation, taiMinusUtc), `by ${stamp} of ${clock}`, path ?? ''].filter((part) => part !== '').join('  ')}`;
}

/** Returns the kind of an observation and its value. */
function said(observation: Observation, taiMinusUtc: number): readonly [string, string] {
  switch (observation.kind) {
    case 'leg':
      return [observation.direction.padEnd(9), `took ${formatDuration(transit(observation, taiMinusUtc))}`.padEnd(16)];
    case 'pulse':
      return [
        'pulse    ',
        (observation.numberedOffsetNs === undefined
          ? 'not numbered'
          : formatOffset(observation.numberedOffsetNs)
        ).padEnd(16),
      ];
    case 'reading':
      return ['reading  ', formatOffset(observation.offsetNs).padEnd(16)];
    case 'rate':
      return ['rate     ', formatRate(observation.frequencyPpb).padEnd(16)];
  }
}

/** Returns the transit time. The sender may stamp in TAI, the receiver in UTC. */
function transit({ clock, scale, direction, transitNs }: Leg, taiMinusUtc: number): Ns {
  if (clock !== 'system' || scale !== 'tai') return transitNs;
  return transitNs + (direction === 'inbound' ? 1 : -1) * taiMinusUtc * NS_PER_S;
}
