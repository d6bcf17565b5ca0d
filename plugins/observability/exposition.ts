import type { MetricSample } from 'timehub/api';

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Writes Prometheus' text format, version 0.0.4. Of two metric families with the same name only the first is written. */
export function exposition(families: readonly MetricSample[]): string {
  const seen = new Set<string>();
  const lines: string[] = [];
  for (const { name, help, type, values } of families) {
    if (seen.has(name)) continue;
    seen.add(name);
    lines.push(`# HELP ${name} ${help.replace(/[\\\n]/g, escaped)}`, `# TYPE ${name} ${type}`);
    for (const { labels, value } of values) lines.push(`${name}${labelled(labels)} ${written(value)}`);
  }
  return `${lines.join('\n')}\n`;
}

function labelled(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value.replace(/[\\\n"]/g, escaped)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (character: string): string => (character === '\n' ? '\\n' : `\\${character}`);

const written = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
