import { isRegion } from '#core/regions';
import {
  certificateAlgorithms,
  checkSignature,
  hashBody,
  parseSignature,
  SigV4Error,
  verifyCertificateSignature,
} from '#core/sigv4';
import type { Instant } from '#core/time';
import { type Certificate, mostIntermediates, parseCertificate, publicKeyOf, X509Error } from '#core/x509';
import type { PresentedCertificates } from '#services/operation';
import { type Fault, fault } from '#wire/faults';
import { headerValues, type WireRequest } from '../exchange.ts';
import type { Destination } from './authenticate.ts';

/**
 * Proves that a request was signed with the key of the certificate that it carries, which nobody vouches for yet. The checks come in the order
 * of `authenticate`: presence and structure, time, host, scope, then the certificate in place of an access key, and the signature last.
 * Throws SigV4Error, ValidationException for certificates that cannot be read, and AccessDeniedException for a key that is not accepted.
 */
export function authenticateCertificate(
  request: WireRequest,
  { model, region }: Destination,
  now: Instant,
): PresentedCertificates & { readonly region: string } {
  const signature = parseSignature(request, certificateAlgorithms);
  if (signature.form === 'query') {
    throw new SigV4Error('MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  checkSignature(signature, {
    now,
    service: model.signingName,
    isRegion,
    ...(region === undefined ? {} : { region }),
  });
  const [sent] = readHeader(request, 'X-Amz-X509', 1);
  if (sent === undefined) {
    throw new SigV4Error('IncompleteSignature', "The request requires the 'X-Amz-X509' header.");
  }
  const certificate = readCertificate(sent, 'X-Amz-X509');
  const chain = readHeader(request, 'X-Amz-X509-Chain', mostIntermediates).map((text) =>
    readCertificate(text, 'X-Amz-X509-Chain'),
  );
  if (BigInt(`0x${certificate.serialNumber}`).toString() !== signature.scope.accessKeyId) {
    throw new SigV4Error(
      'SignatureDoesNotMatch',
      'Credential should be the serial number of the signing certificate.',
    );
  }
  verifyCertificateSignature(signature, keyOf(certificate), hashBody(request.body));
  return { certificate, chain, region: signature.scope.region };
}

/** The values of a header between its commas. Throws SigV4Error for a header that comes twice, ValidationException for too many values. */
function readHeader(request: WireRequest, name: string, most: number): readonly string[] {
  const [value, ...more] = headerValues(request, name.toLowerCase());
  if (more.length > 0) {
    throw new SigV4Error('IncompleteSignature', `Found more than one '${name}' HTTP header.`);
  }
  const texts = value === undefined ? [] : value.split(',');
  if (texts.length > most) throw invalid(`${name} can have up to ${most} certificates.`);
  return texts.map((text) => text.trim());
}

function readCertificate(text: string, name: string): Certificate {
  const der = Buffer.from(text, 'base64');
  if (der.length === 0 || der.toString('base64') !== text) throw invalid(`${name} is not base64.`);
  try {
    return parseCertificate(der);
  } catch (error) {
    throw error instanceof X509Error ? invalid(`${name} is not a certificate: ${error.message}`) : error;
  }
}

function keyOf(certificate: Certificate): ReturnType<typeof publicKeyOf> {
  try {
    return publicKeyOf(certificate);
  } catch (error) {
    throw error instanceof X509Error ? fault('AccessDenied', 'Untrusted signing certificate') : error;
  }
}

function invalid(message: string): Fault {
  return fault('ValidationError', message);
}
