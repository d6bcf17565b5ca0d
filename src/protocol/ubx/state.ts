import { cleanText } from '../../api/clean-text.js';
import type { AntennaFacts } from '../gnss/index.js';
import type { UbxMessage } from './messages.js';
import type { UbxParserTable } from './parser.js';
import type { PayloadReader } from './reader.js';

/** Messages of the classes MON (0x0A) and ACK (0x05), by class and ID. */
export const STATE_PARSERS: UbxParserTable = [
  [0x0a04, (p) => (p.length >= 40 ? versionOf(p) : undefined)],
  [0x0a09, (p) => hardwareOf(p)],
  [0x0a38, (p) => (p.length >= 4 && p.length >= 4 + RF_OCTETS * p.u1(1) ? radioOf(p) : undefined)],
  [0x0501, (p) => acknowledgementOf(p, 'ACK-ACK')],
  [0x0500, (p) => acknowledgementOf(p, 'ACK-NAK')],
];

const RF_OCTETS = 24;
const SOFTWARE_OCTETS = 30;
const HARDWARE_OCTETS = 10;
/** Extensions that are read; receivers have up to ten. */
const MOST_EXTENSIONS = 16;

const STATES = ['starting', 'unknown', 'ok', 'short', 'open'] as const;
const POWERS = ['off', 'on', 'unknown'] as const;
const JAMMING = ['unknown', 'ok', 'warning', 'critical'] as const;

/** Offset of the interference indicator in MON-HW, by the length of the payload: 68 octets up to u-blox 6, then 60. */
const INTERFERENCE_AT: Readonly<Record<number, number>> = { 60: 45, 68: 53 };

function hardwareOf(p: PayloadReader): UbxMessage | undefined {
  const interferenceAt = INTERFERENCE_AT[p.length];
  if (interferenceAt === undefined) return undefined;
  const antenna: AntennaFacts = {
    input: undefined,
    status: STATES[p.u1(20)],
    power: POWERS[p.u1(21)],
    jamming: JAMMING[p.bits(22, 2, 2)],
    interference: p.u1(interferenceAt),
    noise: p.u2(16),
    gain: p.u2(18),
  };
  return { name: 'MON-HW', antennas: [antenna] };
}

function radioOf(p: PayloadReader): UbxMessage {
  const antennas = Array.from({ length: p.u1(1) }, (_, index): AntennaFacts => {
    const at = 4 + RF_OCTETS * index;
    return {
      input: p.u1(at),
      status: STATES[p.u1(at + 2)],
      power: POWERS[p.u1(at + 3)],
      jamming: JAMMING[p.bits(at + 1, 0, 2)],
      interference: p.u1(at + 16),
      noise: p.u2(at + 12),
      gain: p.u2(at + 14),
    };
  });
  return { name: 'MON-RF', antennas };
}

function versionOf(p: PayloadReader): UbxMessage {
  const head = SOFTWARE_OCTETS + HARDWARE_OCTETS;
  const count = Math.min(MOST_EXTENSIONS, Math.floor((p.length - head) / SOFTWARE_OCTETS));
  return {
    name: 'MON-VER',
    version: {
      software: cleanText(p.text(0, SOFTWARE_OCTETS)),
      hardware: cleanText(p.text(SOFTWARE_OCTETS, HARDWARE_OCTETS)),
      extensions: Array.from({ length: count }, (_, index) =>
        cleanText(p.text(head + index * SOFTWARE_OCTETS, SOFTWARE_OCTETS)),
      ),
    },
  };
}

const acknowledgementOf = (p: PayloadReader, name: 'ACK-ACK' | 'ACK-NAK'): UbxMessage | undefined =>
  p.length >= 2 ? { name, classId: p.u1(0), messageId: p.u1(1) } : undefined;
