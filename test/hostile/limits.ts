import type { Attack } from './attack.js';
import type { Figures } from './trial.js';

/** Maximum delays, ms, without the time for which the hub waited for the CPU. */
const NTP_REPLY_MS = 50;
const STATUS_MS = 500;
const LEAST_PAGES = 0.7;
/** Maximum growth of resident memory, octets. The heap grows with the load, then stops. */
const GROWTH = 64 * 2 ** 20;
const LOG_LINES = 24;
/** Maximum ratio of sigma and bound to those before. They are noisy, and grow if the hub hears its servers less often. */
const WORSE = 1.3;
/** Smaller values are raised to these, ns: on a busy CPU, which never sleeps, the path of some 10 µs is some µs shorter. */
const LEAST_SIGMA_NS = 500;
const LEAST_BOUND_NS = 10_000;

/** Returns a sentence for each limit that an attack exceeded. */
export function breaches(
  figures: Figures,
  { atLeast, leastPages = LEAST_PAGES, mostOctets = Infinity }: Pick<Attack, 'atLeast' | 'leastPages' | 'mostOctets'>,
): readonly string[] {
  const { ntpReplies, ntpLost, kernelDrops, worstNtpMs, worstStatusMs, failedStatuses, modes, restarts, waitedMs } =
    figures;
  const rules: readonly (readonly [boolean, string])[] = [
    [figures.actionsPerS >= atLeast, `no attack: ${figures.actionsPerS.toFixed(0)} actions/s`],
    [ntpReplies > 0, 'no NTP request was answered'],
    [worstNtpMs < NTP_REPLY_MS + waitedMs, `an NTP reply took ${worstNtpMs.toFixed(1)} ms`],
    [ntpLost <= kernelDrops, `${ntpLost} NTP requests were not answered, ${kernelDrops} dropped by the kernel`],
    [worstStatusMs < STATUS_MS + waitedMs, `the status took ${worstStatusMs.toFixed(0)} ms`],
    [failedStatuses.length === 0, `the status failed ${failedStatuses.length} times: ${failedStatuses[0]}`],
    [
      figures.pages >= leastPages,
      `${(100 * figures.pages).toFixed(0)} % of others were served at the dashboard's port`,
    ],
    [figures.amplification <= mostOctets, `${figures.amplification.toFixed(1)} octets left for each that came`],
    [modes.length === 1 && modes[0] === 'tracking', `the modes were ${modes.join(', ') || 'not reported'}`],
    [figures.growth < GROWTH, `the memory grew by ${(figures.growth / 2 ** 20).toFixed(0)} MiB`],
    [figures.logLines <= LOG_LINES, `${figures.logLines} lines were logged`],
    [
      figures.sigmaNs < LEAST_SIGMA_NS || figures.sigmaRatio < WORSE,
      `sigma is ${figures.sigmaRatio.toFixed(2)} of that without the attack`,
    ],
    [
      figures.boundNs < LEAST_BOUND_NS || figures.boundRatio < WORSE,
      `the bound is ${figures.boundRatio.toFixed(2)} of that without the attack`,
    ],
    [restarts === 0, `sources or sinks were restarted (${restarts})`],
  ];
  return rules.flatMap(([holds, sentence]) => (holds ? [] : [sentence]));
}
