import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { octetsOf } from 'timehub/protocol/address';

/** A certificate and its private key, PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Host name or IP address. */
  readonly name: string;
  /** Days from now. Defaults: −1 and 30. */
  readonly fromDays?: number;
  readonly untilDays?: number;
  /** Key of RSA-2048 in place of ECDSA P-256. */
  readonly rsa?: boolean;
}

const OID = {
  commonName: '550403',
  ecdsaSha256: '2a8648ce3d040302',
  basicConstraints: '551d13',
  subjectAltName: '551d11',
  keyIdentifier: '551d0e',
  authorityKey: '551d23',
  keyUsage: '551d0f',
};

/** A certificate authority of a test. */
export class Authority {
  readonly certificate: string;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #name: string;

  constructor(name = 'Authority of a test') {
    this.#name = name;
    this.certificate = this.#sign(this.#keys.publicKey, name, -3650, 3650, [
      extension(OID.basicConstraints, sequence(Buffer.from('0101ff', 'hex')), true),
      extension(OID.keyUsage, Buffer.from('03020106', 'hex'), true),
    ]);
  }

  /** Returns a certificate of a server. */
  issue({ name, fromDays = -1, untilDays = 30, rsa = false }: CertificateOptions): Certified {
    const { publicKey, privateKey } = rsa
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const octets = octetsOf(name);
    const v4 = octets !== undefined && !name.includes(':');
    const alternative =
      octets === undefined
        ? tagged(0x82, Buffer.from(name))
        : tagged(0x87, Buffer.from(v4 ? octets.subarray(12) : octets));
    const certificate = this.#sign(publicKey, name, fromDays, untilDays, [
      extension(OID.subjectAltName, sequence(alternative)),
    ]);
    return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  }

  #sign(key: KeyObject, name: string, fromDays: number, untilDays: number, extensions: readonly Buffer[]): string {
    const algorithm = sequence(identifier(OID.ecdsaSha256));
    const spki = key.export({ type: 'spki', format: 'der' });
    const serial = createHash('sha256').update(spki).digest().subarray(0, 8);
    serial[0]! &= 0x7f;
    serial[0]! |= 0x40;
    const ids = [
      extension(OID.keyIdentifier, tagged(0x04, idOf(key))),
      extension(OID.authorityKey, sequence(tagged(0x80, idOf(this.#keys.publicKey)))),
    ];
    const body = sequence(
      tagged(0xa0, Buffer.from('020102', 'hex')),
      tagged(0x02, serial),
      algorithm,
      named(this.#name),
      sequence(time(fromDays), time(untilDays)),
      named(name),
      spki,
      tagged(0xa3, sequence(...extensions, ...ids)),
    );
    const signature = sign('sha256', body, this.#keys.privateKey);
    const text = sequence(body, algorithm, tagged(0x03, Buffer.from([0]), signature)).toString('base64');
    return `-----BEGIN CERTIFICATE-----\n${text.match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`;
  }
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
const identifier = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));
const named = (name: string): Buffer =>
  sequence(tagged(0x31, sequence(identifier(OID.commonName), tagged(0x0c, Buffer.from(name)))));

const extension = (oid: string, value: Buffer, critical = false): Buffer =>
  sequence(identifier(oid), ...(critical ? [Buffer.from('0101ff', 'hex')] : []), tagged(0x04, value));

const idOf = (key: KeyObject): Buffer =>
  createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();

/** GeneralizedTime. */
function time(days: number): Buffer {
  const date = new Date(Date.now() + days * 86_400_000);
  return tagged(0x18, Buffer.from(`${date.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`));
}
