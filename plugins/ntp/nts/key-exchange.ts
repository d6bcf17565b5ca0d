import { type Context, type Endpoint, HubError, type Instant, type TlsClient } from 'timehub/api';
import { formatServer } from 'timehub/protocol/address';
import {
  exportNtsKeys,
  judgeKeAnswer,
  type KeAgreement,
  KeReader,
  keRequest,
  LONGEST_KE_ANSWER,
  NTS_CIPHERS,
  NTSKE_ALPN,
  type NtsKeys,
} from 'timehub/protocol/nts';

/** Limits of the handshake, and of the answer after it, ns. */
const HANDSHAKE_NS = 5e9;
const ANSWER_NS = 5e9;

/** Result of a key exchange. */
export interface KeyExchangeResult {
  readonly keys: NtsKeys;
  readonly agreement: KeAgreement;
  /** Address of the server of the key exchange. */
  readonly address: string;
  readonly certificate: Pick<TlsClient, 'judgedAt' | 'validFrom' | 'validUntil'>;
}

export interface KeyExchangeOptions {
  readonly to: Endpoint;
  /** Name or address that the certificate must have. */
  readonly name: string;
  readonly authorities: string | undefined;
  /** See `TlsOptions.notBefore`. */
  readonly notBefore: Instant | undefined;
  /** See `keRequest`. */
  readonly deny: readonly string[];
}

type Needs = Pick<Context, 'network' | 'after'>;

/** Exchanges keys with one server (RFC 8915 §4). Rejects with the errors of `network.tls`, or `TH_NTS_KEY_EXCHANGE`. */
export async function exchangeKeys(context: Needs, options: KeyExchangeOptions): Promise<KeyExchangeResult> {
  const tls = await context.network.tls({ ...options, protocol: NTSKE_ALPN, timeoutNs: HANDSHAKE_NS });
  const where = formatServer(options.to.address, options.to.port);
  const agreement = await agree(context, tls, where, keRequest(NTS_CIPHERS, options.deny));
  const keys = exportNtsKeys(agreement.cipher, agreement.compliant, (label, about, octets) =>
    tls.exportKey(label, about, octets),
  );
  tls.end();
  context.after(ANSWER_NS, () => tls.close());
  const { judgedAt, validFrom, validUntil } = tls;
  return { keys, agreement, address: options.to.address, certificate: { judgedAt, validFrom, validUntil } };
}

function agree(context: Needs, tls: TlsClient, where: string, request: Uint8Array): Promise<KeAgreement> {
  return new Promise((resolve, reject) => {
    let done = false;
    const end = (result: KeAgreement | string): void => {
      if (done) return;
      done = true;
      timer.cancel();
      if (typeof result !== 'string') {
        resolve(result);
        return;
      }
      tls.close();
      reject(new HubError('TH_NTS_KEY_EXCHANGE', `the key exchange server ${where} ${result}`));
    };
    const timer = context.after(ANSWER_NS, () => end('did not complete its answer in 5 s'));
    const reader = new KeReader(LONGEST_KE_ANSWER);
    tls.onData((chunk) => {
      if (done) return;
      const progress = reader.push(chunk);
      if (progress === 'long') end('sends an answer of more than 64 KiB');
      else if (progress === 'excess') end('sends octets after the end of its answer');
      else if (progress === 'complete') {
        const verdict = judgeKeAnswer(reader.records);
        end('fault' in verdict ? verdict.fault : verdict.agreement);
      }
    });
    tls.onClose(() => end('closed the connection before its answer was complete'));
    tls.write(request);
  });
}
