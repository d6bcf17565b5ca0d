/**
 * Exchanges keys with the server at 127.0.0.1:PORT and writes authenticated requests for the load generator, in its format of
 * recorded requests (test/native/ntp-requests.h). Each asks for COOKIES cookies. Prints the keys, as JSON.
 *
 *   node nts-requests.js PORT CA_FILE COOKIES COUNT FILE
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:tls';
import {
  exportNtsKeys,
  judgeKeAnswer,
  type KeAgreement,
  KeReader,
  keRequest,
  LONGEST_KE_ANSWER,
  NTSKE_ALPN,
  type NtsKeys,
  NtsRequest,
} from '../../../src/protocol/nts/index.js';

const HEADER_OCTETS = 48;
const TRANSMIT_AT = 40;
const VERSION_4_CLIENT = 0x23;

/** As `CheckWord` of the generator. */
function checkWord(index: number): number {
  const product = (Math.imul(index, 0x9e3779b1) + 0x7f4a7c15) >>> 0;
  return Math.imul(product ^ (product >>> 15), 0x85ebca6b) >>> 0;
}

async function exchange(
  port: number,
  ca: string,
): Promise<{ readonly keys: NtsKeys; readonly agreement: KeAgreement }> {
  const socket = connect({ host: '127.0.0.1', port, ca, ALPNProtocols: [NTSKE_ALPN], minVersion: 'TLSv1.3' });
  await once(socket, 'secureConnect');
  const reader = new KeReader(LONGEST_KE_ANSWER);
  const complete = new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk) => {
      if (reader.push(chunk) === 'complete') resolve();
    });
    socket.on('close', () => reject(new Error('the key exchange server closes the connection')));
  });
  socket.write(keRequest());
  await complete;
  const verdict = judgeKeAnswer(reader.records);
  if ('fault' in verdict) throw new Error(`the key exchange server ${verdict.fault}`);
  const { agreement } = verdict;
  const keys = exportNtsKeys(agreement.cipher, agreement.compliant, (label, context, octets) =>
    socket.exportKeyingMaterial(octets, label, Buffer.from(context)),
  );
  return { keys, agreement };
}

const [port, ca, cookies, count, file] = process.argv.slice(2);
const { keys, agreement } = await exchange(Number(port), readFileSync(ca!, 'utf8'));
const requests = Array.from({ length: Number(count) }, (_, index) => {
  const header = Buffer.alloc(HEADER_OCTETS);
  header[0] = VERSION_4_CLIENT;
  header.writeUInt32BE(index, TRANSMIT_AT);
  header.writeUInt32BE(checkWord(index), TRANSMIT_AT + 4);
  const cookie = agreement.cookies[index % agreement.cookies.length]!;
  const ignore = (): void => {};
  return new NtsRequest({
    ...{ keys, cookie, random: randomBytes, missing: Number(cookies) },
    ...{ onCookies: ignore, onNak: ignore },
  }).seal(header);
});
const octets = Buffer.alloc(4);
octets.writeUInt32BE(requests[0]!.length);
writeFileSync(file!, Buffer.concat([octets, ...requests]));
process.stdout.write(JSON.stringify({ cipher: keys.cipher.id, s2c: Buffer.from(keys.s2c).toString('hex') }));
process.exit();
