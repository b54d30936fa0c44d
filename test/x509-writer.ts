/** Certificates and revocation lists of every shape, good and bad, for tests of what reads them. Their keys outlive no test. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { der, integer, oid, sequence, time } from './der-writer.ts';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export type NameParts = readonly (readonly [type: string, value: string])[];

/** What a certificate is to say; what is left out is as it should be. */
export interface CertificateShape {
  readonly subject?: NameParts;
  /** Hexadecimal of whole bytes. */
  readonly serial?: string;
  readonly keys?: KeyPair;
  /** Milliseconds. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly version?: 1 | 2 | 3;
  readonly extensions?: readonly Buffer[];
  readonly hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
}

export interface IssuedCertificate {
  readonly der: Buffer;
  readonly pem: string;
  readonly privateKey: KeyObject;
}

export interface ListShape {
  /** Hexadecimal of whole bytes. */
  readonly serials?: readonly string[];
  readonly thisUpdate?: number;
  readonly nextUpdate?: number | undefined;
  readonly extensions?: readonly Buffer[];
  readonly entryExtensions?: readonly Buffer[];
}

export interface TestAuthority extends IssuedCertificate {
  issue(shape?: CertificateShape): IssuedCertificate;
  /** An authority below this one. */
  issueAuthority(shape?: CertificateShape): TestAuthority;
  /** A revocation list, in PEM. */
  revoke(shape?: ListShape): string;
}

const day = 86_400_000;

const typeOids: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  O: '2.5.4.10',
  OU: '2.5.4.11',
};

export function ecKeys(namedCurve = 'P-256'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve });
}

export function rsaKeys(modulusLength = 2048): KeyPair {
  return generateKeyPairSync('rsa', { modulusLength });
}

export function name(parts: NameParts): Buffer {
  const sets = parts.map(([type, value]) =>
    der(0x31, sequence(oid(typeOids[type] ?? type), der(0x0c, Buffer.from(value)))),
  );
  return sequence(...sets);
}

export function extension(id: string, value: Uint8Array, isCritical = false): Buffer {
  return sequence(oid(id), ...(isCritical ? [der(0x01, Buffer.of(255))] : []), der(0x04, value));
}

export function basicConstraints(isAuthority: boolean, pathLength?: number): Buffer {
  const length = pathLength === undefined ? [] : [integer(Buffer.of(pathLength))];
  return extension(
    '2.5.29.19',
    sequence(...(isAuthority ? [der(0x01, Buffer.of(255))] : []), ...length),
    true,
  );
}

const usageBits = { digitalSignature: 0x80, keyEncipherment: 0x20, keyCertSign: 0x04, crlSign: 0x02 };

export function keyUsage(...usages: readonly (keyof typeof usageBits)[]): Buffer {
  const bits = usages.reduce((all, usage) => all | usageBits[usage], 0);
  return extension('2.5.29.15', der(0x03, Buffer.of(0, bits)), true);
}

export function alternativeNames(...names: readonly Buffer[]): Buffer {
  return extension('2.5.29.17', sequence(...names));
}

export const dnsName = (text: string): Buffer => der(0x82, Buffer.from(text));
export const uriName = (text: string): Buffer => der(0x86, Buffer.from(text));
export const directoryName = (parts: NameParts): Buffer => der(0xa4, name(parts));

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

const algorithms: Readonly<Record<string, string>> = {
  'rsa sha1': '1.2.840.113549.1.1.5',
  'rsa sha256': '1.2.840.113549.1.1.11',
  'rsa sha384': '1.2.840.113549.1.1.12',
  'rsa sha512': '1.2.840.113549.1.1.13',
  'ec sha1': '1.2.840.10045.4.1',
  'ec sha256': '1.2.840.10045.4.3.2',
  'ec sha384': '1.2.840.10045.4.3.3',
  'ec sha512': '1.2.840.10045.4.3.4',
};

function algorithmOf(key: KeyObject, hash: string): Buffer {
  const id = algorithms[`${key.asymmetricKeyType} ${hash}`];
  if (id === undefined) throw new Error(`no algorithm for ${key.asymmetricKeyType} and ${hash}`);
  return sequence(oid(id), ...(key.asymmetricKeyType === 'rsa' ? [der(0x05)] : []));
}

function signed(body: Buffer, key: KeyObject, hash: string): Buffer {
  return sequence(body, algorithmOf(key, hash), der(0x03, Buffer.of(0), sign(hash, body, key)));
}

function certify(
  shape: CertificateShape,
  issuer: Buffer,
  issuerKey: KeyObject,
  usual: readonly Buffer[],
): IssuedCertificate {
  const keys = shape.keys ?? ecKeys();
  const { version = 3, hash = 'sha256' } = shape;
  const now = Date.now();
  const extensions = shape.extensions ?? usual;
  const body = sequence(
    ...(version === 1 ? [] : [der(0xa0, integer(Buffer.of(version - 1)))]),
    integer(Buffer.from(shape.serial ?? `01${randomBytes(8).toString('hex')}`, 'hex')),
    algorithmOf(issuerKey, hash),
    issuer,
    sequence(time(shape.notBefore ?? now - 2 * day), time(shape.notAfter ?? now + 30 * day)),
    name(shape.subject ?? [['CN', 'web']]),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    ...(version === 3 ? [der(0xa3, sequence(...extensions))] : []),
  );
  const made = signed(body, issuerKey, hash);
  return { der: made, pem: pem('CERTIFICATE', made), privateKey: keys.privateKey };
}

const ofAuthority = [basicConstraints(true), keyUsage('keyCertSign', 'crlSign')];
const ofEndEntity = [basicConstraints(false), keyUsage('digitalSignature')];

/** An authority that vouches for itself. */
export function createTestAuthority(shape: CertificateShape = {}): TestAuthority {
  const keys = shape.keys ?? ecKeys();
  const subject = shape.subject ?? [['CN', 'Test CA']];
  return authority(
    { ...shape, keys, subject },
    certify({ ...shape, keys, subject }, name(subject), keys.privateKey, ofAuthority),
  );
}

function authority(
  shape: CertificateShape & { readonly subject: NameParts },
  own: IssuedCertificate,
): TestAuthority {
  const issuer = name(shape.subject);
  return {
    ...own,
    issue: (issued = {}) => certify(issued, issuer, own.privateKey, ofEndEntity),
    issueAuthority(below = {}) {
      const subject = below.subject ?? [['CN', 'Issuing CA']];
      return authority(
        { ...below, subject },
        certify({ ...below, subject }, issuer, own.privateKey, ofAuthority),
      );
    },
    revoke(list = {}) {
      const now = Date.now();
      const { serials = [], thisUpdate = now - day, extensions = [], entryExtensions = [] } = list;
      const nextUpdate = 'nextUpdate' in list ? list.nextUpdate : now + 7 * day;
      const entries = serials.map((serial) =>
        sequence(
          integer(Buffer.from(serial, 'hex')),
          time(thisUpdate),
          ...(entryExtensions.length === 0 ? [] : [sequence(...entryExtensions)]),
        ),
      );
      const body = sequence(
        integer(Buffer.of(1)),
        algorithmOf(own.privateKey, 'sha256'),
        issuer,
        time(thisUpdate),
        ...(nextUpdate === undefined ? [] : [time(nextUpdate)]),
        ...(entries.length === 0 ? [] : [sequence(...entries)]),
        ...(extensions.length === 0 ? [] : [der(0xa0, sequence(...extensions))]),
      );
      return pem('X509 CRL', signed(body, own.privateKey, 'sha256'));
    },
  };
}
