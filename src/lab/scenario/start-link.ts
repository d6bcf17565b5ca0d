import type { LabHost } from '../host.js';
import { BurstLoss } from '../network/burst-loss.js';
import { DelayModes } from '../network/delay-modes.js';
import { type Link, wire } from '../network/link.js';
import { MovingFloor } from '../network/moving-floor.js';
import { RecordedDelays } from '../network/recorded-delays.js';
import type { Random } from '../random.js';
import type { LinkSetting } from './link-schema.js';

interface TwoWay {
  readonly name: string;
  readonly up: LinkSetting;
  readonly down?: LinkSetting | undefined;
}

/** Makes both links of a path for one run, each with streams of random numbers of its own. */
export function startLinks(host: LabHost, path: TwoWay): { readonly up: Link; readonly down: Link } {
  const { name, up, down = up } = path;
  const start = traceShares({ fork: (stream) => host.stream(stream) }, path);
  return {
    up: startLink(host, `${name} up`, up, start.up),
    down: startLink(host, `${name} down`, down, start.down),
  };
}

/**
 * Draws where in their files both directions of a path start, as shares of the files. One draw counts for both. If both replay the
 * same column of the same file, the way down starts half of the file later: the same line twice would make each exchange symmetric.
 */
export function traceShares(
  random: Pick<Random, 'fork'>,
  { name, up, down = up }: TwoWay,
): { readonly up: number; readonly down: number } {
  const start = random.fork(`trace ${name}`).uniform();
  const isShared = up.trace?.file === down.trace?.file && up.column === down.column;
  return { up: start, down: isShared ? start + 0.5 : start };
}

/** Returns the index of the first value of a trace. `share`: see `traceShares`. */
export const traceIndex = (share: number, length: number): number => Math.floor(share * length) % length;

function startLink(host: LabHost, name: string, setting: LinkSetting, start: number): Link {
  const { baseNs, jitterNs, shape, trace, modes, floor, bursts } = setting;
  return wire({
    baseNs,
    ...(shape === 'trace'
      ? { delays: new RecordedDelays(trace!.values, traceIndex(start, trace!.values.length)) }
      : shape === 'modes'
        ? { delays: new DelayModes(modes!) }
        : { shape, jitterNs }),
    floor: floor && new MovingFloor(floor, host.stream(`floor ${name}`)),
    bursts: bursts && new BurstLoss(bursts, host.stream(`bursts ${name}`)),
  });
}
