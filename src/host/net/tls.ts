import { isIP } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { domainToASCII } from 'node:url';
import { HubError, type Instant, type TlsClient, type TlsOptions } from '../../api/index.js';
import type { Native } from '../native.js';
import { systemAuthorities } from './authorities.js';
import { because, formatEndpoint } from './net-error.js';
import { OpenTls } from './tls-connection.js';
import { certificateFault, handshakeFault } from './tls-errors.js';

/**
 * Judges a certificate chain (DER, that of the server first) at a time. Returns '' if it is valid, or the name of OpenSSL's error;
 * undefined if it cannot judge.
 */
export type ChainJudge = (
  chain: readonly Uint8Array[],
  authorities: string,
  name: string,
  at: Instant,
) => string | undefined;

/** Names of X509_V_ERR_… as node:tls has them. */
const VERDICTS: Readonly<Record<number, string>> = {
  0: '',
  7: 'CERT_SIGNATURE_FAILURE',
  9: 'CERT_NOT_YET_VALID',
  10: 'CERT_HAS_EXPIRED',
  18: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  19: 'SELF_SIGNED_CERT_IN_CHAIN',
  20: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  21: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  26: 'INVALID_PURPOSE',
  62: 'HOSTNAME_MISMATCH',
  64: 'IP_ADDRESS_MISMATCH',
};

/** Returns a judge by OpenSSL, through the addon. */
export const chainJudge =
  (native: Pick<Native, 'judgeChain'>): ChainJudge =>
  (chain, authorities, name, at) => {
    const verdict = native.judgeChain(chain, authorities, name, isIP(name) !== 0, Number(at / 1_000_000_000n));
    return verdict < 0 ? undefined : (VERDICTS[verdict] ?? `OpenSSL's error ${verdict}`);
  };

/** Certificates of a chain that are judged. */
const LONGEST_CHAIN = 16;

/** Faults that another time might not have. */
const OF_TIME: readonly string[] = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

/**
 * Connects over TLS 1.3. Rejects with `TH_NET_CONNECT`, `TH_NET_TLS`, `TH_NET_CERTIFICATE`. `judge`: absent without the addon or
 * where Node's OpenSSL cannot be used; certificates are then judged by the system clock alone.
 */
export function connectTls(options: TlsOptions, judge: ChainJudge | undefined): Promise<TlsClient> {
  const { to, protocol, timeoutNs } = options;
  const name = isIP(options.name) === 0 ? domainToASCII(options.name.replace(/\.$/, '')) : options.name;
  const authorities = options.authorities ?? systemAuthorities();
  const where = formatEndpoint(to);
  return new Promise((resolve, reject) => {
    let connected = false;
    const refuse = (error: HubError): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => {
        const late = connected
          ? new HubError('TH_NET_TLS', `no TLS with ${where}: it did not finish the handshake in time`)
          : new HubError('TH_NET_CONNECT', `cannot connect to ${where}: it did not answer in time`);
        refuse(late);
      },
      Math.max(1, timeoutNs / 1e6),
    );
    const socket = connect({
      ...{ host: to.address, port: to.port, ca: authorities },
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ALPNProtocols: [protocol],
      minVersion: 'TLSv1.3',
      // The verdict is read below: a wrong clock must not hide why a certificate is refused.
      rejectUnauthorized: false,
      checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
    });
    socket.setNoDelay(true);
    socket.once('connect', () => {
      connected = true;
    });
    socket.once('error', (cause) => {
      if (connected)
        refuse(new HubError('TH_NET_TLS', `no TLS with ${where}: ${handshakeFault(cause, protocol)}`, { cause }));
      else refuse(new HubError('TH_NET_CONNECT', `cannot connect to ${where}: ${because(cause)}`, { cause }));
    });
    socket.once('secureConnect', () => {
      if (socket.alpnProtocol !== protocol) {
        refuse(new HubError('TH_NET_TLS', `no TLS with ${where}: it does not speak ${protocol}`));
        return;
      }
      const verdict = judgeSocket(socket, { ...options, name, authorities }, judge);
      if ('fault' in verdict) {
        refuse(new HubError('TH_NET_CERTIFICATE', `the certificate of ${where} ${verdict.fault}`));
        return;
      }
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(Object.assign(new OpenTls(socket, to, true), verdict));
    });
  });
}

type Accepted = Pick<TlsClient, 'judgedAt' | 'validFrom' | 'validUntil'>;

interface Question extends Pick<TlsOptions, 'notBefore'> {
  readonly name: string;
  readonly authorities: string;
}

function judgeSocket(
  socket: TLSSocket,
  { name, authorities, notBefore }: Question,
  judge: ChainJudge | undefined,
): Accepted | { readonly fault: string } {
  const chain = chainOf(socket);
  const validFrom = latest(chain.map(({ from }) => from));
  const validUntil = earliest(chain.map(({ until }) => until));
  const now: Instant = BigInt(Date.now()) * 1_000_000n;
  // Node types this as an Error; it is the code, a text.
  const code = socket.authorized ? '' : String(socket.authorizationError);
  const dates = `valid from ${day(validFrom)} to ${day(validUntil)}`;
  const refused = (fault: string, at: Instant): { readonly fault: string } => ({
    fault: `${certificateFault(fault, name)}${OF_TIME.includes(fault) ? ` (${dates}; judged at ${day(at)})` : ''}`,
  });
  if (notBefore === undefined || (code === '' && now >= notBefore))
    return code === '' ? { judgedAt: now, validFrom, validUntil } : refused(code, now);
  if (code !== '' && !OF_TIME.includes(code)) return refused(code, now);
  if (code === 'CERT_HAS_EXPIRED' && now >= notBefore) return refused(code, now);
  const floor = now > notBefore ? now : notBefore;
  const judgedAt = floor > validFrom ? floor : validFrom;
  const found = judge?.(
    chain.map(({ octets }) => octets),
    authorities,
    name,
    judgedAt,
  );
  if (found === undefined)
    return {
      fault: `cannot be judged: it is not valid by the clock of this machine (${dates}; judged at ${day(now)})`,
    };
  return found === '' ? { judgedAt, validFrom, validUntil } : refused(found, judgedAt);
}

interface Link {
  readonly octets: Uint8Array;
  readonly from: Instant;
  readonly until: Instant;
}

/** Returns the certificates that the server sent, its own first. */
function chainOf(socket: TLSSocket): readonly Link[] {
  const links: Link[] = [];
  let certificate = socket.getPeerCertificate(true);
  while (certificate?.raw !== undefined && links.length < LONGEST_CHAIN) {
    links.push({
      octets: new Uint8Array(certificate.raw),
      from: BigInt(Date.parse(certificate.valid_from)) * 1_000_000n,
      until: BigInt(Date.parse(certificate.valid_to)) * 1_000_000n,
    });
    const issuer = certificate.issuerCertificate;
    if (issuer === undefined || issuer.fingerprint256 === certificate.fingerprint256) break;
    certificate = issuer;
  }
  return links;
}

const latest = (times: readonly Instant[]): Instant => times.reduce((a, b) => (a > b ? a : b), times[0] ?? 0n);
const earliest = (times: readonly Instant[]): Instant => times.reduce((a, b) => (a < b ? a : b), times[0] ?? 0n);

const day = (time: Instant): string => new Date(Number(time / 1_000_000n)).toISOString().slice(0, 10);
