import type { StatusReport } from '../api/index.js';
import { EXIT, type ExitStatus } from './exit.js';

/**
 * What monitoring is told: tracking with every part at work is 0; holdover, or a part that does not do its work, is 1;
 * anything without a trusted time is 2.
 */
export function verdict(status: StatusReport): ExitStatus {
  if (status.mode === 'holdover') return EXIT.degraded;
  if (status.mode !== 'tracking') return EXIT.unsynchronised;
  const faulty = status.sinks.some((sink) => sink.state === 'failed' || sink.state === 'refused');
  return faulty ? EXIT.degraded : EXIT.synchronised;
}
