/** Reads the logs of time clients: the hub's event log and chronyd's logs (chrony.conf(5), `log`). */

/** One exchange with a server. */
export interface Sample {
  /** Server − client, ns. */
  readonly offsetNs: number;
  /** Measured transit from the server to the client, ns. */
  readonly inNs: number;
}

interface LoggedLeg {
  readonly kind: string;
  readonly direction: 'outbound' | 'inbound';
  readonly transitNs: number;
}

/** Returns the exchanges in an event log. Its last line may be incomplete. */
export function readReports(log: string): readonly Sample[] {
  const lines = log.split('\n').slice(0, -1);
  return lines
    .filter((line) => line.startsWith('{"type":"report"'))
    .map((line) => (JSON.parse(line) as { readonly observations?: readonly LoggedLeg[] }).observations ?? [])
    .flatMap((legs) => {
      const transit = (way: LoggedLeg['direction']) => legs.find(({ direction }) => direction === way)?.transitNs;
      const [outNs, inNs] = [transit('outbound'), transit('inbound')];
      return outNs === undefined || inNs === undefined ? [] : [{ offsetNs: (outNs - inNs) / 2, inNs }];
    });
}

/** Returns the offsets of the system clock in the output of `timehub replay LOG --states`. */
export function readStates(output: string): readonly number[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{"type":"state"'))
    .map((line) => JSON.parse(line) as { readonly mode: string; readonly clocks: readonly { offsetNs: number }[] })
    .filter(({ mode }) => mode !== 'unsynchronised')
    .map(({ clocks }) => clocks[0]!.offsetNs);
}

/** Returns the exchanges of chronyd's measurements.log: the columns "Offset" and "Peer del.", in seconds. */
export const readChronyMeasurements = (log: string): readonly Sample[] =>
  rowsOf(log).map((row) => {
    const [offsetNs, delayNs] = [Number(row[11]) * 1e9, Number(row[12]) * 1e9];
    return { offsetNs, inNs: delayNs / 2 - offsetNs };
  });

/** Returns the estimates of chronyd's statistics.log: the column "Est offset", in seconds; its sign is reversed. */
export const readChronyStatistics = (log: string): readonly number[] => rowsOf(log).map((row) => -Number(row[4]) * 1e9);

const rowsOf = (log: string): readonly (readonly string[])[] =>
  log
    .split('\n')
    .slice(0, -1)
    .filter((line) => /^\d{4}-/.test(line))
    .map((line) => line.trim().split(/\s+/));
