import { join } from 'node:path';
import { BRIDGE_DELAYS, NTP_DELAYS, writeFrequencies } from './recordings.js';

/** A scenario with recorded delays, and the limits that the hub must keep in it. */
export interface TraceCase {
  readonly name: string;
  readonly toml: string;
  /** Greatest RMS of the error without its mean, ns. */
  readonly mostNs?: number;
}

const SERVERS = ['a', 'b', 'c'];

/** Returns the scenarios. `recordings`: folder of the recordings. `to`: folder for files made of them. */
export function traceCases(recordings: string, to: string): readonly TraceCase[] {
  const bridge = JSON.stringify(join(recordings, BRIDGE_DELAYS));
  const exchanges = JSON.stringify(join(recordings, NTP_DELAYS));
  const crystal = JSON.stringify(writeFrequencies(recordings, to));
  const threeServers = SERVERS.map(
    (name) => `[[server]]
name = "${name}"
poll = "64s"
up = { shape = "trace", trace = ${exchanges}, column = 2 }
down = { shape = "trace", trace = ${exchanges}, column = 3 }
`,
  ).join('');
  const day = 'duration = "86400s"\nsteady-from = "14400s"\n';
  return [
    {
      name: 'TSN bridge at 900 Mbit/s, wander 1e-9, 1 s',
      mostNs: 100,
      toml: `duration = "6000s"
steady-from = "1500s"
stamps = "hardware"
[clock]
wander = 1e-9
frequency = "10ppm"
offset = "100us"
[[server]]
name = "a"
poll = "1s"
up = { shape = "trace", trace = ${bridge} }
`,
    },
    {
      name: 'three NTP servers 50 ms away, wander 1e-9, 64 s',
      toml: `${day}[clock]\nwander = 1e-9\nfrequency = "10ppm"\noffset = "10ms"\n${threeServers}`,
    },
    {
      name: 'three NTP servers 50 ms away, PC crystal, 64 s',
      toml: `${day}[clock]\ntrace = ${crystal}\noffset = "10ms"\n${threeServers}`,
    },
  ];
}
