import { HubError, type Network } from 'timehub/api';
import type { PtpTransport } from 'timehub/protocol/ptp';

const LOOPBACK = { interface: 'lo', mac: '00:00:00:00:00:00', address: '127.0.0.1' };
/** For local experiments (IEEE 802 §9.2.3): no program listens to it. */
const ETHERTYPE_EXPERIMENT = 0x88b5;
const OCTET = new Uint8Array(1);

/** Makes the way out of the kernel short for what is sent next. */
export interface TransmitWarmup {
  warm(): void;
  close(): void;
}

/**
 * The kernel stamps before the driver has done its part, so that what the rest of the way takes counts as delay of the
 * network. After JavaScript has had the processor's caches that rest takes microseconds longer than when other programs send
 * the same, and only in our direction. One octet to ourselves through the stamping code brings it back into them.
 */
export function openTransmitWarmup(network: Network, transport: PtpTransport): TransmitWarmup {
  try {
    const { send, close } = transport === 'l2' ? overEthernet(network) : overUdp(network);
    return { warm: onceATurn(() => unlessRefused(send)), close };
  } catch (error) {
    // A machine without a loopback interface is colder, and that is all.
    if (!(error instanceof HubError)) throw error;
    return { warm() {}, close() {} };
  }
}

/** Of messages that are sent in a row the first has warmed the way for the others. */
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
