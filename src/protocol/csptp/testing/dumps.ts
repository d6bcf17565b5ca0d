import { octetsOf } from '../../ptp/testing/hex.js';

/** Messages of one exchange, as statime-wire reads them: domain 128, sequenceId 7, status wanted. */
export const REQUEST_DUMP = octetsOf(`
  30 12 00 34 80 00 04 00 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07
  00 7f 00 00 00 00 00 00 00 00 00 00 ff 00 00 04  01 00 00 00`);

/** Two-step, with a status that ends before the parent address. */
export const RESPONSE_DUMP = octetsOf(`
  30 12 00 58 80 00 06 38 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07
  00 7f 00 00 00 00 00 00 00 00 00 00 ff 01 00 12  00 00 6a 73 25 e5 0e e6 b7 52 00 00 00 00 05 dc
  00 00 f0 02 00 12 80 06 21 4e 5d 80 00 00 00 25  00 11 22 ff fe 33 44 55`);

/** Two-step, with a status and the parent address 192.0.2.1. */
export const LONG_RESPONSE_DUMP = octetsOf(`
  30 12 00 60 80 00 06 38 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07
  00 7f 00 00 00 00 00 00 00 00 00 00 ff 01 00 12  00 00 6a 73 25 e5 0e e6 b7 52 00 00 00 00 05 dc
  00 00 f0 02 00 1a 80 06 21 4e 5d 80 00 00 00 25  00 11 22 ff fe 33 44 55 00 01 00 04 c0 00 02 01`);

/** A transparent clock of two steps has added 700 ns. */
export const FOLLOW_UP_DUMP = octetsOf(`
  38 12 00 2c 80 00 06 00 00 00 00 00 02 bc 00 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07
  00 7f 00 00 6a 73 25 e5 0e e7 64 ee`);

/** One-step, no status. */
export const ONE_STEP_DUMP = octetsOf(`
  30 12 00 42 80 00 04 38 00 00 00 00 02 bc 00 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07
  00 7f 00 00 6a 73 25 e5 0e e7 64 ee ff 01 00 12  00 00 6a 73 25 e5 0e e6 b7 52 00 00 00 00 05 dc
  00 00`);

/** The exchange in the dialect of erezgeva and scion-time: six octets before each value, flags in the last octet. */
export const ORG_REQUEST_DUMP = octetsOf(`
  30 12 00 3a 80 00 04 00 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07
  00 7f 00 00 00 00 00 00 00 00 00 00 ff 00 00 0a  00 00 00 00 00 00 00 00 00 01`);

export const ORG_RESPONSE_DUMP = octetsOf(`
  30 12 00 6c 80 00 06 38 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07
  00 7f 00 00 00 00 00 00 00 00 00 00 ff 01 00 18  00 00 00 00 00 00 00 00 6a 73 25 e5 0e e6 b7 52
  00 00 00 00 05 dc 00 00 f0 02 00 20 00 00 00 00  00 00 80 06 21 4e 5d 80 00 00 00 25 00 11 22 ff
  fe 33 44 55 00 01 00 04 c0 00 02 01`);

/** Times of the server's clock: arrival of the request, sending of the Sync. */
export const T2 = 1_785_931_237_250_001_234n;
export const T3 = 1_785_931_237_250_045_678n;
