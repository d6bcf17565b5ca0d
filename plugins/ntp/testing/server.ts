import { HEADER_OCTETS, type Header, readHeader, toNtpTime, writeHeader } from 'timehub/protocol/ntp';
import type { Responder } from './world.js';

/** Returns a perfect stratum 1 server; `over` replaces header fields. */
export const server =
  (over: Partial<Header> | ((request: Header) => Partial<Header>) = {}): Responder =>
  (request, at) => {
    const asked = readHeader(request);
    const reply = new Uint8Array(HEADER_OCTETS);
    writeHeader(
      {
        leap: 'none',
        version: asked.version,
        mode: 4,
        stratum: 1,
        pollLog2: asked.pollLog2,
        precisionLog2: -25,
        rootDelayNs: 0,
        rootDispersionNs: 15_258,
        refid: 0x47505300,
        reference: toNtpTime(at - 1_000_000_000n),
        origin: asked.transmit,
        receive: toNtpTime(at),
        transmit: toNtpTime(at),
        ...(typeof over === 'function' ? over(asked) : over),
      },
      reply,
    );
    return reply;
  };

export const kiss = (code: string): Responder =>
  server({ stratum: 0, leap: 'unknown', refid: Buffer.from(code, 'latin1').readUInt32BE(0) });

export const silence: Responder = () => undefined;
