import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { canonicalHeaderValues } from './headers.ts';
import { type ParsedSignature, SigV4Error, scopeTerminator, scopeText } from './signature.ts';
import { canonicalPath, canonicalQuery, splitTarget } from './target.ts';

export type UriEncoding = 'twice' | 'once';

const emptyBodySha256 = hash('sha256', '');

/**
 * The canonical request, or undefined when there is none that a client could have meant: a header that is said to be signed is not there
 * or is named twice, or path or query cannot be decoded.
 * `bodySha256` is the hex SHA-256 of the body that was received.
 */
export function canonicalRequest(
  signature: ParsedSignature,
  bodySha256: string,
  uriEncoding: UriEncoding = 'twice',
): string | undefined {
  const { request, signedHeaders, form } = signature;
  const target = splitTarget(request.target);
  const path = canonicalPath(target.path, uriEncoding);
  const query = canonicalQuery(target.query, form);
  if (path === undefined || query === undefined) return undefined;
  const values = canonicalHeaderValues(request.rawHeaders);
  const names = [...signedHeaders].sort();
  let headers = '';
  let previous: string | undefined;
  for (const name of names) {
    const value = values.get(name);
    if (value === undefined || name === previous) return undefined;
    headers += `${name}:${value}\n`;
    previous = name;
  }
  return `${request.method}\n${path}\n${query}\n${headers}\n${names.join(';')}\n${bodySha256}`;
}

export function stringToSign(signature: ParsedSignature, canonical: string): string {
  return `${signature.algorithm}\n${signature.amzDate}\n${scopeText(signature.scope)}\n${hash('sha256', canonical)}`;
}

/** The signing key of one day, Region and service: it signs nothing elsewhere, and the secret does not follow from it. */
export function deriveSigningKey(
  secretAccessKey: string,
  date: string,
  region: string,
  service: string,
): KeyObject {
  const dateKey = hmac(createSecretKey(Buffer.from(`AWS4${secretAccessKey}`)), date);
  const regionKey = hmac(dateKey, region);
  const serviceKey = hmac(regionKey, service);
  return hmac(serviceKey, scopeTerminator);
}

function hmac(key: KeyObject, data: string): KeyObject {
  return createSecretKey(createHmac('sha256', key).update(data).digest());
}

/**
 * Proves that whoever holds the signing key signed this request with this body.
 * A declared body hash must be the real one; where S3 takes `UNSIGNED-PAYLOAD` or a streaming form in its place, that is what `bodySha256` is to be.
 * Throws SigV4Error SignatureDoesNotMatch, after comparing in constant time.
 */
export function verifySignature(
  signature: ParsedSignature,
  signingKey: KeyObject,
  bodySha256: string,
  uriEncoding: UriEncoding = 'twice',
): void {
  const declared = signature.contentSha256;
  const canonical = canonicalRequest(signature, bodySha256, uriEncoding);
  const expected =
    canonical === undefined
      ? undefined
      : createHmac('sha256', signingKey).update(stringToSign(signature, canonical)).digest('hex');
  const isHonestAboutBody = declared === undefined || declared === bodySha256;
  if (!isHonestAboutBody || !matchSignature(expected, signature.signature)) throw mismatch();
}

/** Proves that whoever holds the signing key signed this text, as a form's policy is signed. Throws SigV4Error SignatureDoesNotMatch. */
export function verifyTextSignature(text: string, signature: string, signingKey: KeyObject): void {
  const expected = createHmac('sha256', signingKey).update(text).digest('hex');
  if (!matchSignature(expected, signature)) throw mismatch();
}

function matchSignature(expected: string | undefined, given: string): boolean {
  if (expected === undefined || !/^[0-9a-f]{64}$/.test(given)) return false;
  return timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(given, 'latin1'));
}

export function mismatch(): SigV4Error {
  return new SigV4Error(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );
}

/** The hex SHA-256 of a body. */
export function hashBody(body: Uint8Array): string {
  return body.length === 0 ? emptyBodySha256 : hash('sha256', body);
}
