import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** Bundles of the distributions: Debian and Arch, Fedora, SUSE, Alpine. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Returns the authorities that this machine trusts, PEM; those that came with Node if the system has no bundle. */
export function systemAuthorities(): string {
  for (const path of BUNDLES) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // Another distribution.
    }
  }
  return rootCertificates.join('\n');
}
