import { HubError, type Network } from 'timehub/api';
import type { PtpTransport } from 'timehub/protocol/ptp';

const LOOPBACK = { interface: 'lo', mac: '00:00:00:00:00:00', address: '127.0.0.1' };
/** For local experiments (IEEE 802 §9.2.3): no program listens to it. */
const ETHERTYPE_EXPERIMENT = 0x88b5;
const OCTET = new Uint8Array(1);

/** Warms the processor's caches for the next transmission. */
export interface TransmitWarmup {
  warm(): void;
  close(): void;
}

/**
 * Opens a loopback socket that is used before each transmission. The kernel stamps a message before the driver sends it, so
 * the driver's time counts as network delay, in the transmit direction only. After JavaScript has filled the processor's
 * caches, that time is microseconds longer. One octet over the loopback interface brings the kernel's code back into them.
 */
export function openTransmitWarmup(network: Network, transport: PtpTransport): TransmitWarmup {
  try {
    const { send, close } = transport === 'l2' ? overEthernet(network) : overUdp(network);
    return { warm: onceATurn(() => unlessRefused(send)), close };
  } catch (error) {
    // Without a loopback interface there is no warm-up.
    if (!(error instanceof HubError)) throw error;
    return { warm() {}, close() {} };
  }
}

/** Limits `warm` to once per turn of the event loop: the first message warms the caches for the others. */
function onceATurn(warm: () => void): () => void {
  let isWarm = false;
  return () => {
    if (isWarm) return;
    isWarm = true;
    warm();
    queueMicrotask(() => {
      isWarm = false;
    });
  };
}

function overUdp(network: Network) {
  const socket = network.udp({ address: LOOPBACK.address, transmitStamps: true });
  return { send: () => socket.send(OCTET, socket.local), close: () => socket.close() };
}

function overEthernet(network: Network) {
  const socket = network.ethernet({
    interface: LOOPBACK.interface,
    etherType: ETHERTYPE_EXPERIMENT,
    transmitStamps: true,
  });
  return { send: () => socket.send(OCTET, LOOPBACK.mac), close: () => socket.close() };
}

function unlessRefused(send: () => unknown): void {
  try {
    send();
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
  }
}
