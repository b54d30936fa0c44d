import { createHmac, type KeyObject } from 'node:crypto';
import { formatBasic, type Instant } from '#core/time';
import { algorithm, type ParsedSignature, scopeTerminator, scopeText } from './signature.ts';
import { canonicalRequest, deriveSigningKey, stringToSign, type UriEncoding } from './verify-signature.ts';

/** Credentials to sign with. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request that is to be signed. */
export interface UnsignedRequest {
  readonly method: string;
  /** Path and query, encoded as they will be sent. */
  readonly target: string;
  /** Names and values by turns, `host` among them; every one of them is signed. */
  readonly rawHeaders: readonly string[];
  /** Hex SHA-256 of the body, or what S3 takes in its place, such as `UNSIGNED-PAYLOAD`. */
  readonly bodySha256: string;
}

export interface SigningOptions {
  readonly credentials: SigningCredentials;
  readonly region: string;
  readonly service: string;
  readonly now: Instant;
  /** S3 encodes the path once, every other service twice. */
  readonly uriEncoding?: UriEncoding;
}

/** A signed request's headers, and what a chunked body goes on signing with. */
export interface SignedHeaders {
  readonly rawHeaders: readonly string[];
  readonly signature: string;
  readonly signingKey: KeyObject;
}

/** Signs a request in header form (AWS General Reference, "Signature Version 4 signing process"). Throws RangeError for a target that cannot be decoded. */
export function signRequest(request: UnsignedRequest, options: SigningOptions): SignedHeaders {
  const { credentials, region, service, now } = options;
  const rawHeaders = [
    ...request.rawHeaders,
    ...(service === 's3' ? ['x-amz-content-sha256', request.bodySha256] : []),
    ...(credentials.sessionToken === undefined ? [] : ['x-amz-security-token', credentials.sessionToken]),
  ];
  const signing = beginSigning(
    { ...request, rawHeaders },
    { algorithm, credential: credentials.accessKeyId, region, service, now },
    options.uriEncoding,
  );
  const signingKey = deriveSigningKey(credentials.secretAccessKey, signing.date, region, service);
  const signature = createHmac('sha256', signingKey).update(signing.text).digest('hex');
  return { rawHeaders: signing.finish(signature), signature, signingKey };
}

/** What to sign, and the headers of the request once it is signed. */
export function beginSigning(
  request: UnsignedRequest,
  by: {
    readonly algorithm: string;
    /** What stands in front of the scope. */
    readonly credential: string;
    readonly region: string;
    readonly service: string;
    readonly now: Instant;
  },
  uriEncoding?: UriEncoding,
): {
  readonly date: string;
  readonly text: string;
  readonly finish: (signature: string) => readonly string[];
} {
  const { now, region, service } = by;
  const amzDate = formatBasic(now);
  const date = amzDate.slice(0, 8);
  const rawHeaders = [...request.rawHeaders, 'x-amz-date', amzDate];
  const names = new Set(rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  const signedHeaders = [...names].sort();
  const scope = { accessKeyId: by.credential, date, region, service, terminator: scopeTerminator };
  const unsigned: ParsedSignature = {
    form: 'header',
    algorithm: by.algorithm,
    scope,
    signedHeaders,
    signature: '',
    instant: now,
    amzDate,
    sessionToken: undefined,
    contentSha256: undefined,
    request: { method: request.method, target: request.target, rawHeaders },
  };
  const canonical = canonicalRequest(unsigned, request.bodySha256, uriEncoding);
  // Every signed header is there, so it can only be the target.
  if (canonical === undefined) throw new RangeError('the target cannot be decoded, so nothing can be signed');
  return {
    date,
    text: stringToSign(unsigned, canonical),
    finish: (signature) => [
      ...rawHeaders,
      'authorization',
      `${by.algorithm} Credential=${scope.accessKeyId}/${scopeText(scope)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
    ],
  };
}
