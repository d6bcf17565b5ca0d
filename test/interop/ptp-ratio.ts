import type { Pairing } from './ptp-pairs.js';
import { type Ptp4l, type PtpRig, quantileOf, rms } from './ptp-rig.js';

/** The offsets from a grandmaster, and the path delay, that a ptp4l slave measures. */
export interface Seen {
  readonly offsetsNs: readonly number[];
  readonly pathDelayNs: number;
}

/** Configuration of a hub without a time source: it serves the system clock as it is, and declares it unsynchronised. */
export const NO_TIME = '[source.ntp.none]\naddress = "127.0.0.1:9"\n';
/** The domain of ptp4l's grandmaster and its slave, on the same wire. */
const THEIR_DOMAIN = '7';

/** Runs our grandmaster and ptp4l's at the same time on one wire. A ptp4l slave follows each. */
export async function compareGrandmasters(
  rig: PtpRig,
  { master, slave, pmc, ours, sink = '' }: Pairing,
  samples: number,
): Promise<{ readonly ours: Seen; readonly theirs: Seen }> {
  const [a, b] = rig.machines;
  await a!.hub(`${NO_TIME}[sink.ptp.x]\ninterface = "${a!.far}"\n${ours}\n${sink}\n`);
  const apart = ['--domainNumber', THEIR_DOMAIN];
  a!.ptp4l('master', [...master(rig), ...apart, '-i', a!.far]);
  const ofOurs = b!.ptp4l('slave', [...slave(rig), '-i', b!.near]);
  const ofTheirs = b!.ptp4l('slave7', [...slave(rig), ...apart, '-i', b!.near]);
  const look = async (ptp4l: Ptp4l, args: readonly string[]): Promise<Seen> => {
    const offsetsNs = await ptp4l.nextOffsets(samples, args, 60_000 + 250 * samples);
    const current = await rig.ask(ptp4l.socket, 'CURRENT_DATA_SET', args);
    const port = await rig.ask(ptp4l.socket, 'PORT_DATA_SET', args);
    // End to end, the clock's data set has the delay; peer to peer, the port's has it. The other one is 0.
    const pathDelayNs = Number(current.get('meanPathDelay')) || Number(port.get('peerMeanPathDelay'));
    return { offsetsNs, pathDelayNs };
  };
  const [seen, reference] = await Promise.all([look(ofOurs, pmc), look(ofTheirs, [...pmc, '-d', THEIR_DOMAIN])]);
  return { ours: seen!, theirs: reference! };
}

/** Returns the root mean square without the largest twentieth: those values come from processes that had to wait. */
export function trimmedRms(values: readonly number[]): number {
  const most = quantileOf(values, 0.95);
  return rms(values.filter((value) => Math.abs(value) <= most));
}
