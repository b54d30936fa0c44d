import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import { der, identifier, integer, sequence, time } from './der-writer.ts';

/** A certificate and its private key, in PEM. */
export interface Identity {
  readonly certificate: string;
  readonly privateKey: string;
  /** SHA-1 of the certificate, hexadecimal, as IAM takes thumbprints. */
  readonly thumbprint: string;
}

/** A certificate authority of a test, with a key of its own that nothing outlives. */
export interface Authority extends Identity {
  /** A certificate for these host names and IPv4 addresses. */
  issue(names: readonly string[], more?: { readonly expired?: boolean }): Identity;
  /** The certificate of somebody's key, in base64 without armour. */
  certify(publicKey: KeyObject, extensions?: readonly Buffer[]): string;
  /** An authority below this one. */
  issueAuthority(name: string): Authority;
}

const day = 86_400_000;

export function createAuthority(name = 'Test CA'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return authorityOf(name, keys, certify(name, name, keys.publicKey, keys.privateKey, [isAuthority]));
}

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function authorityOf(name: string, { privateKey }: KeyPair, certificate: Buffer): Authority {
  return {
    ...identityOf(certificate, privateKey),
    issue(names, { expired = false } = {}) {
      const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const made = certify('server', name, keys.publicKey, privateKey, [namesOf(names)], expired);
      return identityOf(made, keys.privateKey);
    },
    certify: (publicKey, extensions = [isNoAuthority]) =>
      certify('signer', name, publicKey, privateKey, extensions).toString('base64'),
    issueAuthority(below) {
      const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return authorityOf(below, keys, certify(below, name, keys.publicKey, privateKey, [isAuthority]));
    },
  };
}

function identityOf(certificate: Buffer, privateKey: KeyObject): Identity {
  return {
    certificate: new X509Certificate(certificate).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    thumbprint: createHash('sha1').update(certificate).digest('hex'),
  };
}

/** A certificate in DER (RFC 5280 §4.1). */
function certify(
  subject: string,
  issuer: string,
  publicKey: KeyObject,
  issuerKey: KeyObject,
  extensions: readonly Buffer[],
  expired = false,
): Buffer {
  const now = Date.now();
  const body = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(now - 2 * day), time(now + (expired ? -day : day))),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuerKey);
  return sequence(body, ecdsaWithSha256, der(0x03, Buffer.of(0), signature));
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(identifier('550403'), der(0x0c, Buffer.from(commonName)))));
}

const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'));
const isAuthority = sequence(
  identifier('551d13'),
  der(0x01, Buffer.of(255)),
  der(0x04, sequence(der(0x01, Buffer.of(255)))),
);

export const isNoAuthority = sequence(identifier('551d13'), der(0x04, sequence()));

function namesOf(names: readonly string[]): Buffer {
  const list = names.map((name) =>
    isIP(name) === 4 ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name)),
  );
  return sequence(identifier('551d11'), der(0x04, sequence(...list)));
}
