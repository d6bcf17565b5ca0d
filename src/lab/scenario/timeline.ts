import type { Ns } from '../../api/index.js';
import { happenToPtp, lengthen } from './ptp-part.js';
import type { Scenario, ServerSetting } from './schema.js';
import type { World } from './world.js';

type ServerEvent = ServerSetting['event'][number];
type ClockEvent = Scenario['clock']['event'][number];

/** Adds a source to the hub's configuration or removes it. */
export type Reconfigure = (name: string, present: boolean) => void;

/** Schedules the events of a scenario. */
export function scheduleEvents(scenario: Scenario, world: World, reconfigure: Reconfigure): void {
  const { scheduler } = world.host;
  for (const event of scenario.clock.event) scheduler.at(event.at, () => happenToClock(event, world));
  const { leap } = scenario;
  if (leap !== undefined) scheduler.at(Number(leap.at - world.host.startTime), () => world.host.leap(leap.kind));
  for (const server of scenario.server)
    for (const event of server.event) scheduler.at(event.at, () => happenToServer(event, server, world, reconfigure));
  for (const ptp of scenario.ptp)
    for (const event of ptp.event)
      scheduler.at(event.at, () => happenToPtp(event, ptp, world.transmitters.get(ptp.name)!));
  for (const pps of scenario.pps)
    for (const event of pps.event)
      scheduler.at(event.at, () => {
        const line = world.pulses.get(pps.name)!;
        line.offsetNs += event['offset-step'] ?? 0;
        line.link.loss = event.loss ?? line.link.loss;
      });
}

/** Returns the time of the first event; Infinity without events. */
export const firstEventNs = ({ clock, server, pps, phc, ptp, leap }: Scenario, startTime: bigint): Ns =>
  Math.min(
    ...[clock, ...server, ...pps, ...ptp, ...phc.flatMap(({ grandmaster }) => grandmaster ?? [])].flatMap(({ event }) =>
      event.map(({ at }) => at),
    ),
    leap === undefined ? Number.POSITIVE_INFINITY : Number(leap.at - startTime),
  );

function happenToClock(event: ClockEvent, { host }: World): void {
  const stepPpb = event['frequency-step'];
  const shiftNs = event['phase-step'];
  if (stepPpb !== undefined) host.oscillators.get('system')!.stepFrequency(stepPpb, host.nowNs);
  if (shiftNs !== undefined) host.clocks[0].shift(shiftNs);
  if (event.suspend !== undefined) host.suspend(event.suspend, event['rtc-error'] ?? 0);
}

function happenToServer(event: ServerEvent, server: ServerSetting, world: World, reconfigure: Reconfigure): void {
  const node = world.servers.get(server.name)!;
  const { drift, loss, spike, alive, configured } = event;
  lengthen(node.up, event['up-extra'], server.up.baseNs);
  lengthen(node.down, event['down-extra'], (server.down ?? server.up).baseNs);
  node.offsetNs += event['offset-step'] ?? 0;
  if (drift !== undefined) node.drift(drift);
  for (const link of [node.up, node.down]) {
    link.loss = loss ?? link.loss;
    if (spike !== undefined) link.spike = { probability: spike.probability, meanNs: spike.mean };
  }
  if (alive !== undefined) alive ? node.start() : node.stop();
  if (configured !== undefined) reconfigure(server.name, configured);
}
