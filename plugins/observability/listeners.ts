import { NS_PER_S, type SinkContext, socketChoices } from 'timehub/api';
import type { WorkClock } from './clock.js';
import type { ObservabilityConfig } from './config.js';
import { ConnectionAdmission } from './connection-admission.js';
import { httpCounters } from './counters.js';
import { HttpServer } from './http-server.js';
import type { Live } from './live.js';
import type { Memo } from './memo.js';
import { type OpenListener, openPort, openSocket } from './open-listener.js';
import { allowedHosts } from './request-guard.js';
import { refuseExpectation, respond, type Service } from './requests.js';
import { Routes } from './routes.js';
import { firstUsable } from './socket-file.js';

/** A listener that the configuration asks for. */
export interface Listener {
  open(): Promise<OpenListener>;
}

/** Limits of the TCP port, which any host may reach, and of the socket, which its mode protects. */
const PORT = {
  share: 0.1,
  freshness: { usual: 250, large: 250 },
  streams: { most: 16, mostOfPeer: 8 },
};
const SOCKET = {
  share: 0.2,
  freshness: { usual: 0, large: 100 },
  streams: { most: 8, mostOfPeer: 8 },
};

/** Returns the control socket and the TCP port, as far as they are configured. */
export function listenersOf(
  settings: ObservabilityConfig,
  context: SinkContext,
  live: Live,
  memo: Memo,
): readonly Listener[] {
  const { socket, listen, hosts, dashboard } = settings;
  const routes = new Routes(context, live, memo, dashboard);
  const onFault = firstOf((error) => context.log.warn(`a response could not be made: ${error.message}`));
  const server = (via: 'socket' | 'port', { share, ...limits }: typeof PORT): HttpServer => {
    const clock = clockOf(context);
    const counters = httpCounters(context.metrics, via);
    const known = via === 'socket' ? 'any' : allowedHosts(hosts);
    const service: Service = { ...limits, routes, live, counters, onFault, hosts: known };
    return new HttpServer({
      clock,
      admission: via === 'port' ? new ConnectionAdmission(PORT.share, () => clock.now()) : undefined,
      counters,
      share,
      maxConnections: settings['max-connections'],
      answer: (...exchange) => respond(service, ...exchange),
      refuseBody: (...exchange) => refuseExpectation(service, ...exchange),
    });
  };
  return [
    ...(socket === 'none'
      ? []
      : [{ open: async () => openSocket(socket ?? firstUsable(choices()), server('socket', SOCKET)) }]),
    ...(listen === undefined ? [] : [{ open: () => openPort(listen, server('port', PORT)) }]),
  ];
}

const clockOf = (context: SinkContext): WorkClock => ({
  now: () => Number(context.monotonic()) / 1e6,
  after: (ms, handler) => context.after((ms * NS_PER_S) / 1e3, handler),
  soon: (handler) => void setImmediate(handler),
});

/** Reports only the first error. Later ones are only counted, so that a peer cannot fill the log. */
function firstOf(report: (error: Error) => void): (error: Error) => void {
  let reported = false;
  return (error) => {
    if (!reported) report(error);
    reported = true;
  };
}

const choices = (): readonly string[] =>
  socketChoices({ runtimeDirectory: process.env.XDG_RUNTIME_DIR, uid: process.getuid?.() ?? 0 });
