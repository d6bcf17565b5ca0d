import { HubError, type Ns, type Stamp } from '../api/index.js';
import type { ClockDeclaration, HostClock } from '../kernel/host.js';
import type { Clocks } from './clocks.js';
import { layoutKnown, loadLibc } from './libc.js';
import type { Native } from './native.js';
import { errorName, explain } from './net/net-error.js';
import { inUserNamespace, lacksCapability } from './privileges.js';
import {
  cancelAdjtime,
  cancelPll,
  frequencyTimex,
  MAX_PPB,
  queryTimex,
  readTimex,
  STA,
  statusTimex,
  stepTimex,
  type Timex,
} from './timex.js';

const CLOCK_REALTIME = 0;
/** Maximum error, µs, at which the kernel calls the clock unsynchronised (NTP_PHASE_LIMIT, 16 s). */
const MAX_ERROR_US = 16_000_000;
/** Status bits that the hub owns while it steers: the kernel's own disciplines, which would steer too, and the leap flags. */
const OURS = STA.PLL | STA.FLL | STA.PPSFREQ | STA.PPSTIME | STA.FREQHOLD | STA.INS | STA.DEL | STA.UNSYNC;

/** Opens CLOCK_REALTIME. It is read through `clocks`. koffi is loaded when the clock is first adjusted. */
export function openSystemClock(clocks: Clocks, native: Native | undefined): HostClock {
  let ours = false;
  const query = (): Timex => readTimex(native === undefined ? adjust(queryTimex()) : native.readTimex());
  return {
    id: 'system',
    scale: 'utc',
    maxPpb: MAX_PPB,
    read: () => stampNow(clocks),
    phase: () => {
      const { realtime, monotonic } = clocks.moment();
      return realtime - monotonic;
    },
    obstacle: steeringObstacle,
    frequencyPpb: () => query().frequencyPpb,
    setFrequency: (ppb) => {
      finite(ppb, 'frequency');
      if (!ours) takeOver(query().status);
      ours = true;
      return readTimex(adjust(frequencyTimex(ppb))).frequencyPpb;
    },
    step: (deltaNs: Ns) => {
      finite(deltaNs, 'step');
      adjust(stepTimex(BigInt(Math.round(deltaNs))));
      return deltaNs;
    },
    declare: (declaration) => {
      adjust(declarationTimex(declaration, query()));
    },
  };
}

/** Returns a stamp of now, taken in JavaScript. */
export function stampNow(clocks: Clocks): Stamp {
  const { realtime, raw } = clocks.moment();
  return { clock: 'system', time: realtime, monotonic: raw, by: 'user' };
}

/** Returns the reason why this process cannot steer the system clock; empty when it can. Does not touch the clock. */
export function steeringObstacle(): string {
  if (!layoutKnown()) return `setting the clock is not supported on ${process.arch}`;
  const lacking = lacksCapability('sys_time');
  if (lacking !== '') return lacking;
  return inUserNamespace() ? 'this process runs in a user namespace, which cannot own the clock of the machine' : '';
}

/** Returns the `struct timex` that declares the clock's quality to the kernel (clock_adjtime(2)). Keeps other status bits. */
export function declarationTimex(declaration: ClockDeclaration, now: Timex): Uint8Array {
  const { synchronised, maxErrorNs, estErrorNs, leap, taiMinusUtc } = declaration;
  const flags = (leap === 'insert' ? STA.INS : leap === 'delete' ? STA.DEL : 0) | (synchronised ? 0 : STA.UNSYNC);
  return statusTimex({
    status: (now.status & ~OURS) | flags,
    maxErrorUs: microseconds(synchronised ? maxErrorNs : Number.POSITIVE_INFINITY),
    estErrorUs: microseconds(estErrorNs),
    taiMinusUtc: taiMinusUtc === now.taiMinusUtc ? undefined : taiMinusUtc,
  });
}

/** Rounds up, so that a small error does not become 0. NaN and infinity become the maximum error. */
const microseconds = (ns: Ns): number => (ns >= 0 && ns < MAX_ERROR_US * 1e3 ? Math.ceil(ns / 1e3) : MAX_ERROR_US);

/** Ends slews that other programs started in the kernel: they would add to our correction. */
function takeOver(status: number): void {
  adjust(cancelAdjtime());
  if ((status & STA.PLL) !== 0) adjust(cancelPll(status));
}

function adjust(timex: Uint8Array): Uint8Array {
  try {
    loadLibc().clockAdjtime(CLOCK_REALTIME, timex);
    return timex;
  } catch (error) {
    if (error instanceof HubError) throw error;
    const name = errorName(error);
    if (name !== 'EPERM')
      throw new HubError('TH_CLOCK_SET', `the kernel refused to set the clock: ${explain(name)}`, { cause: error });
    const reason = steeringObstacle() || 'a sandbox forbids it (systemd: ProtectClock=, SystemCallFilter=)';
    throw new HubError('TH_CLOCK_PERMISSION', `this process may not set the clock: ${reason}`, {
      cause: error,
      hint: 'give it CAP_SYS_TIME, or set steer = false: the hub then observes and serves corrected time',
    });
  }
}

function finite(value: number, what: string): void {
  if (!Number.isFinite(value)) throw new HubError('TH_CLOCK_SET', `the ${what} for the system clock is not a number`);
}
