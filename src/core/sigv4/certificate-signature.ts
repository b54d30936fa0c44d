import { type KeyObject, sign, verify } from 'node:crypto';
import type { Instant } from '#core/time';
import { beginSigning, type UnsignedRequest } from './sign-request.ts';
import type { ParsedSignature } from './signature.ts';
import { canonicalRequest, mismatch, stringToSign } from './verify-signature.ts';

/** The algorithms of requests that are signed with the key of a certificate, and the keys they are for. */
const keyTypes: Readonly<Record<string, string>> = {
  'AWS4-X509-RSA-SHA256': 'rsa',
  'AWS4-X509-ECDSA-SHA256': 'ec',
};

export const certificateAlgorithms: readonly string[] = Object.keys(keyTypes);

const certificateHeader = 'x-amz-x509';
const chainHeader = 'x-amz-x509-chain';
/** A signature with RSA of 8192 bits. */
const longestSignature = 2048;

/**
 * Proves that whoever holds the key of a certificate signed this request with this body, the certificate in `X-Amz-X509` and what stands in
 * `X-Amz-X509-Chain` (IAM Roles Anywhere User Guide, "The IAM Roles Anywhere authentication signing process").
 * Throws SigV4Error SignatureDoesNotMatch.
 */
export function verifyCertificateSignature(
  signature: ParsedSignature,
  publicKey: KeyObject,
  bodySha256: string,
): void {
  const { signedHeaders, request, contentSha256: declared } = signature;
  const sent = request.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  // Were these not signed, whoever carries a request could put another certificate of the same key in their place.
  const isAllSigned =
    signedHeaders.includes(certificateHeader) &&
    (!sent.includes(chainHeader) || signedHeaders.includes(chainHeader));
  const canonical = canonicalRequest(signature, bodySha256);
  const isHonestAboutBody = declared === undefined || declared === bodySha256;
  if (!isAllSigned || !isHonestAboutBody || canonical === undefined) throw mismatch();
  if (keyTypes[signature.algorithm] !== publicKey.asymmetricKeyType) throw mismatch();
  const given = readHex(signature.signature);
  const text = Buffer.from(stringToSign(signature, canonical));
  if (given === undefined || !verify('sha256', text, publicKey, given)) throw mismatch();
}

function readHex(text: string): Buffer | undefined {
  return text.length <= longestSignature && /^(?:[0-9a-f]{2})+$/.test(text)
    ? Buffer.from(text, 'hex')
    : undefined;
}

/** A certificate to sign with. */
export interface SigningCertificate {
  /** DER. */
  readonly certificate: Uint8Array;
  /** In hexadecimal. */
  readonly serialNumber: string;
  /** DER, those between the certificate and a trust anchor. */
  readonly chain: readonly Uint8Array[];
  readonly privateKey: KeyObject;
}

/**
 * Signs a request with the key of a certificate; returns its headers, those of the certificate among them. Throws RangeError for a key that is
 * neither RSA nor of a curve, and for a target that cannot be decoded.
 */
export function signWithCertificate(
  request: UnsignedRequest,
  { certificate, serialNumber, chain, privateKey }: SigningCertificate,
  scope: { readonly region: string; readonly service: string; readonly now: Instant },
): readonly string[] {
  const algorithm = certificateAlgorithms.find((name) => keyTypes[name] === privateKey.asymmetricKeyType);
  if (algorithm === undefined) throw new RangeError('the private key is neither RSA nor EC');
  const rawHeaders = [...request.rawHeaders, certificateHeader, encode(certificate)];
  if (chain.length > 0) rawHeaders.push(chainHeader, chain.map(encode).join(','));
  const credential = BigInt(`0x${serialNumber}`).toString();
  const signing = beginSigning({ ...request, rawHeaders }, { algorithm, credential, ...scope });
  return signing.finish(sign('sha256', Buffer.from(signing.text), privateKey).toString('hex'));
}

function encode(der: Uint8Array): string {
  return Buffer.from(der).toString('base64');
}
