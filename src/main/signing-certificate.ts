import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SigningCertificate } from '#core/sigv4';
import { parseCertificate, parsePem, X509Error } from '#core/x509';

/** Files of a certificate in PEM, its key, and the authorities between it and a trust anchor. */
export interface CertificateFiles {
  /** The certificate first; those of authorities may follow. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly intermediates?: string | undefined;
}

/** Reads a certificate to sign with, as the files are now. Rejects with Error that names the file which cannot be used. */
export async function readSigningCertificate(files: CertificateFiles): Promise<SigningCertificate> {
  const [certificate, ...following] = await readCertificates(files.certificate);
  const chain = files.intermediates === undefined ? [] : await readCertificates(files.intermediates);
  const privateKey = await readPrivateKey(files.privateKey);
  if (certificate === undefined) throw new Error(`${files.certificate}: there is no certificate`);
  const { serialNumber, publicKeyInfo } = parseCertificate(certificate);
  const ownKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  if (!ownKey.equals(publicKeyInfo)) {
    throw new Error(`${files.privateKey}: the key is not that of the certificate in ${files.certificate}`);
  }
  return { certificate, serialNumber, chain: [...following, ...chain], privateKey };
}

async function readCertificates(file: string): Promise<readonly Uint8Array[]> {
  const text = await readFile(file, 'utf8');
  try {
    return parsePem(text, 'CERTIFICATE');
  } catch (error) {
    throw error instanceof X509Error ? new Error(`${file}: ${error.message}`) : error;
  }
}

async function readPrivateKey(file: string): Promise<KeyObject> {
  const text = await readFile(file, 'utf8');
  try {
    return createPrivateKey(text);
  } catch {
    throw new Error(`${file}: the private key cannot be read; it must be PEM and not encrypted`);
  }
}
