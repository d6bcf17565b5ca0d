import type { StatusReport } from '../../api/index.js';
import { BoundedOutput } from '../output/bounded-output.js';
import { openOutput } from '../output/descriptor.js';
import { headline, paint, sourceTable } from '../status-text.js';
import { cutToScreen } from './cut-to-screen.js';

/** Interval at which the table is drawn again on a terminal. */
const REDRAW_MS = 1000;
/** The same without a terminal, unless the mode changes. */
const RETELL_MS = 15_000;
const HOME_AND_CLEAR = '\x1b[H\x1b[J';

export interface ScreenParts {
  readonly report: () => StatusReport;
  /** Commands to try next, printed once the hub is tracking. */
  readonly hints: string;
  /** Called when the terminal or the reader of the output is gone. */
  readonly onGone: () => void;
}

/** Shows the status on standard output as it changes. Returns the function that ends this. */
export function showStatus({ report, hints, onGone }: ScreenParts): () => void {
  const output = new BoundedOutput(openOutput(1), () => '');
  const isTerminal = process.stdout.isTTY === true && process.env.TERM !== 'dumb';
  let told = '';
  let toldAt = Number.NEGATIVE_INFINITY;
  let hinted = false;
  const show = async (): Promise<void> => {
    const status = report();
    // A slow reader gets the next state, not all of them.
    if (!output.idle || (!isTerminal && status.mode === told && performance.now() - toldAt < RETELL_MS)) return;
    told = status.mode;
    toldAt = performance.now();
    const screen = `${headline(status)}${faultsOf(status)}\n\n${await sourceTable(status)}\n`;
    const tracking = status.mode === 'tracking';
    if (isTerminal) {
      const { columns = 80, rows = 24 } = process.stdout;
      output.write(HOME_AND_CLEAR + cutToScreen(`${screen}${tracking ? paint('dim', hints) : ''}`, columns, rows));
    } else output.write(`\n${screen}${tracking && !hinted ? hints : ''}`);
    hinted ||= tracking;
    if (output.failing) onGone();
  };
  const timer = setInterval(() => void show(), REDRAW_MS);
  return () => clearInterval(timer);
}

/** Lists the sinks that do not run and the faults of the machine. */
function faultsOf({ sinks, host }: StatusReport): string {
  const failed = sinks
    .filter(({ state }) => state !== 'running')
    .map(({ id, state, reason }) => `${id} is ${state}: ${reason}`);
  return [...failed, ...host.notes].map((text) => `\n! ${text}`).join('');
}
