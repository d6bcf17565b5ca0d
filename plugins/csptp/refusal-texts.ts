import type { CsptpRefusalReason } from 'timehub/protocol/csptp';
import type { RefusalTexts } from 'timehub/toolkit';

/** `late`: it came when no request was waiting for an answer any more. */
export type CsptpReplyRefusal = CsptpRefusalReason | 'late';

const ANOTHER_PROGRAM = 'another program than a CSPTP server answers at that port';

/** Explanations of refused answers. */
export const REFUSAL_TEXTS: RefusalTexts<CsptpReplyRefusal> = {
  length: `are shorter than a PTP message: ${ANOTHER_PROGRAM}`,
  version: `have another PTP version than 2: ${ANOTHER_PROGRAM}`,
  type: `are neither Sync nor Follow_Up: ${ANOTHER_PROGRAM}`,
  body: `are cut off or malformed: ${ANOTHER_PROGRAM}`,
  tlv: 'end in malformed TLVs: the server is broken',
  sdo: 'are not of CSPTP (sdoId): a PTP port answers there',
  response: 'have no CSPTP response TLV: the server speaks another draft of CSPTP, or only PTP',
  domain: 'are of another PTP domain than the one that was asked: the server does not serve this domain',
  sequence: 'do not answer the request (sequenceId): a broken server, a NAT or a forger',
  stamp: 'are Syncs at the port of Follow_Ups (320), which has no stamps: the server sends from the wrong port',
  settled: 'repeat an answer: the network duplicates packets, or an attacker replays them',
  duplicate: 'repeat a part of an answer: the network duplicates packets, or an attacker replays them',
  late: 'came after the time to wait for them (timeout): the path is slow, or another machine sends without a request',
};
