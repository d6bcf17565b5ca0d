import { readFileSync } from 'node:fs';
import { HubError } from '../../api/index.js';

/** First port of config/demo.toml. */
export const USUAL_BASE = 11_000;
const LOWEST_BASE = 1024;
const HIGHEST_BASE = 64_000;
const LOOPBACK = /(127\.0\.0\.1|\[::1\]|localhost):(\d{1,5})\b/g;

/** Parses `--port-base`. Throws `TH_CLI_USAGE`. */
export function parsePortBase(text: string | undefined): number {
  if (text === undefined) return USUAL_BASE;
  const base = Number(text);
  if (/^\d+$/.test(text) && base >= LOWEST_BASE && base <= HIGHEST_BASE) return base;
  throw new HubError(
    'TH_CLI_USAGE',
    `--port-base must be a whole number from ${LOWEST_BASE} to ${HIGHEST_BASE}, got "${text}"`,
    {
      hint: `the demo uses ports up to 947 above it; without the option it is ${USUAL_BASE}`,
    },
  );
}

/** Reads a configuration and moves its loopback ports by `base` − 11000. Throws `TH_CLI_USAGE`. */
export function readMoved(path: string, base: number): { readonly path: string; readonly text: string } {
  if (base === USUAL_BASE) return { path, text: readFileSync(path, 'utf8') };
  const text = readFileSync(path, 'utf8').replace(LOOPBACK, (_, host: string, port: string) => {
    const moved = Number(port) + base - USUAL_BASE;
    if (moved >= 1 && moved <= 65_535) return `${host}:${moved}`;
    throw new HubError('TH_CLI_USAGE', `--port-base ${base} would move port ${port} of ${path} to ${moved}`);
  });
  return { path, text };
}

/** A port of this machine at which the demo listens. */
export interface DemoPort {
  readonly protocol: 'udp' | 'tcp';
  readonly address: string;
  readonly port: number;
  /** The part that listens at the port, such as `lab server a`. */
  readonly user: string;
}

interface Tree {
  readonly lab?: Readonly<Record<string, readonly { readonly name?: string; readonly listen?: unknown }[]>>;
  readonly sink?: Readonly<Record<string, Readonly<Record<string, { readonly listen?: unknown }>>>>;
}

const TCP = new Set(['gpsd', 'observability']);

/** Returns the ports at which the lab and the sinks of a configuration listen. */
export function portsOf({ lab = {}, sink = {} }: Tree): readonly DemoPort[] {
  const port = (type: string, user: string, listen: unknown): readonly DemoPort[] => {
    const match = /^\[?([^\]]+)\]?:(\d+)$/.exec(String(listen));
    if (match === null) return [];
    return [{ protocol: TCP.has(type) ? 'tcp' : 'udp', address: match[1]!, port: Number(match[2]), user }];
  };
  const parts = Object.entries(lab).flatMap(([type, entries]) =>
    Array.isArray(entries) ? entries.flatMap(({ name, listen }) => port(type, `lab ${type} ${name}`, listen)) : [],
  );
  const sinks = Object.entries(sink).flatMap(([type, entries]) =>
    Object.entries(entries).flatMap(([name, { listen }]) => port(type, `sink ${type}.${name}`, listen)),
  );
  return [...parts, ...sinks];
}
