import { because, errorName } from './net-error.js';

const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  CERT_REVOKED: 'is revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself, not by a trusted authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'is of an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'is of an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is of an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is of an authority that is not trusted, or an intermediate certificate is missing',
  INVALID_PURPOSE: 'is not made for a server',
  CERT_SIGNATURE_FAILURE: 'has a wrong signature',
};

/** Returns why a certificate is not accepted, the end of a sentence about it. `name`: the name that it must have. */
export function certificateFault(code: string, name: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH' || code === 'IP_ADDRESS_MISMATCH')
    return `is not for ${name}`;
  return CERTIFICATE[code] ?? `is not accepted (${code})`;
}

const HANDSHAKE: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_HTTP_REQUEST: 'it does not speak TLS',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it has no TLS 1.3',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it has no TLS 1.3',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'it refuses the handshake',
  ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR: 'it has an internal error',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not trust the authority of the certificate',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'it refuses the certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'it refuses the certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'it says that the certificate has expired',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'it does not know the name',
};

/** Returns why a handshake failed, a clause about the peer. `protocol`: the application protocol. */
export function handshakeFault(error: unknown, protocol: string): string {
  const name = errorName(error);
  if (/NO_APPLICATION_PROTOCOL/.test(name)) return `it does not speak ${protocol}`;
  if (name === 'ECONNRESET') return 'it closed the connection during the handshake';
  return HANDSHAKE[name] ?? because(error);
}
