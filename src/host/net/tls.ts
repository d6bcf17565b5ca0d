import { isIP } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { domainToASCII } from 'node:url';
import { HubError, type Instant, type TlsClient, type TlsOptions } from '../../api/index.js';
import { systemAuthorities } from './authorities.js';
import { because, formatEndpoint } from './net-error.js';
import { OpenTls } from './tls-connection.js';
import { certificateFault, handshakeFault } from './tls-errors.js';

/** Judges a certificate chain (DER, that of the server first) at a time. Returns '' or the name of OpenSSL's error. */
export type ChainJudge = (chain: readonly Uint8Array[], authorities: string, name: string, at: Instant) => string;

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
      resolve(Object.assign(new OpenTls(socket), verdict));
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
  if (judge === undefined)
    return {
      fault: `cannot be judged: the clock of this machine is wrong, and only the native addon can judge at another time`,
    };
  const found = judge(
    chain.map(({ octets }) => octets),
    authorities,
    name,
    judgedAt,
  );
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
  while (certificate?.raw !== undefined) {
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
