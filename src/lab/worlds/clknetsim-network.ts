import type { Scenario } from '../scenario/schema.js';

type LinkSetting = Scenario['server'][number]['up'];

/** Shortest delay, s. clknetsim drops a packet whose delay is not positive. */
const SHORTEST_S = 1e-9;

/** Writes recorded values into files for clknetsim, which reads them one after the other, and returns the files' paths. */
export interface TraceWriter {
  /** Frequency errors of the machine's clock, s/s, one a second. */
  frequencies(values: Float64Array): string;
  /** Delays of one direction of the path to the server at `index`, ns, one a datagram. */
  delays(values: Float64Array, index: number, direction: 'up' | 'down'): string;
}

/**
 * Returns the network of a scenario for clknetsim. Nodes 1 and up are the servers, the last one is the machine. Throws an Error
 * for a scenario with more than constant or recorded paths, wrong servers, and recorded frequencies and frequency steps of the
 * clock.
 */
export function networkText(scenario: Scenario, traces: TraceWriter): string {
  refuseOthers(scenario);
  const { clock, server } = scenario;
  const machine = server.length + 1;
  const steps = clock.event.map(({ at, 'frequency-step': ppb = 0 }) => step(ppb * 1e-9, at / 1e9));
  const recorded = clock.trace === undefined ? [] : [file(traces.frequencies(clock.trace.values))];
  return [
    `node${machine}_offset = ${number(-clock.offset / 1e9)}`,
    `node${machine}_freq = (+ ${[number(clock.frequency * 1e-9), `(sum (* ${number(clock.wander)} (normal)))`, ...recorded, ...steps].join(' ')})`,
    ...server.flatMap(({ offset, drift, up, down = up }, index) => [
      `node${index + 1}_offset = ${number(offset / 1e9)}`,
      `node${index + 1}_freq = ${number(drift * 1e-9)}`,
      `node${machine}_delay${index + 1} = ${delay(up, (values) => traces.delays(values, index, 'up'))}`,
      `node${index + 1}_delay${machine} = ${delay(down, (values) => traces.delays(values, index, 'down'))}`,
    ]),
    '',
  ].join('\n');
}

function refuseOthers({ pps, phc, ptp, clock, server }: Scenario): void {
  const isSimple =
    pps.length + phc.length + ptp.length === 0 &&
    clock.event.every((event) => event['frequency-step'] !== undefined) &&
    server.every(
      ({ event, loss, spike, up, down = up }) =>
        event.length === 0 && loss === 0 && spike === undefined && isSimpleLink(up) && isSimpleLink(down),
    );
  if (!isSimple) throw new Error('clknetsim runs worlds of the kinds simple and simple-any only');
}

const isSimpleLink = ({ shape, floor, bursts }: LinkSetting): boolean =>
  shape !== 'modes' && floor === undefined && bursts === undefined;

/** Returns an expression that is 0 before `atS` and `size` from then on: frequencies are evaluated once a second. */
const step = (size: number, atS: number): string =>
  `(* ${number(size)} (min 1 (max 0 (+ (sum 1) ${number(-Math.round(atS))}))))`;

function delay({ baseNs, jitterNs, shape, trace }: LinkSetting, write: (values: Float64Array) => string): string {
  const base = number(baseNs / 1e9);
  if (shape === 'trace') return `(max ${number(SHORTEST_S)} (+ ${base} ${file(write(trace!.values))}))`;
  if (shape === 'none') return base;
  const noise = shape === 'exp' ? '(exponential)' : '(normal)';
  return `(max ${number(SHORTEST_S)} (+ ${base} (* ${number(jitterNs / 1e9)} ${noise})))`;
}

const file = (path: string): string => `(file ${JSON.stringify(path)})`;

const number = (value: number): string => value.toPrecision(12);
