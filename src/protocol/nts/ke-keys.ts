import { AES_128_GCM_SIV, AES_SIV_CMAC_256, type NtsCipher } from './aead.js';
import { PROTOCOL_NTPV4 } from './ke-record.js';

/** Returns `octets` octets of key material of the TLS session (RFC 8446 §7.5). */
export type KeyExporter = (label: string, context: Uint8Array, octets: number) => Uint8Array;

/** The keys of an association: client to server, and server to client. */
export interface NtsKeys {
  readonly cipher: NtsCipher;
  readonly c2s: Uint8Array;
  readonly s2c: Uint8Array;
}

const LABEL = 'EXPORTER-network-time-security';

/**
 * Takes the keys from the TLS session (RFC 8915 §5.1). `compliant`: false for chrony before 4.7, which exports the keys of
 * AES-128-GCM-SIV with the number of AES-SIV-CMAC-256; other ciphers have one way.
 */
export function exportNtsKeys(cipher: NtsCipher, compliant: boolean, exporter: KeyExporter): NtsKeys {
  const { id } = cipher === AES_128_GCM_SIV && !compliant ? AES_SIV_CMAC_256 : cipher;
  const key = (direction: number): Uint8Array =>
    exporter(
      LABEL,
      Uint8Array.of(PROTOCOL_NTPV4 >> 8, PROTOCOL_NTPV4 & 0xff, id >> 8, id & 0xff, direction),
      cipher.keyOctets,
    );
  return { cipher, c2s: key(0), s2c: key(1) };
}
