import { formatBasic, type Instant, parseBasic } from '#core/time';
import { headerValues } from './headers.ts';
import {
  algorithm,
  type CredentialScope,
  type ParsedSignature,
  type SignedRequest,
  SigV4Error,
} from './signature.ts';
import { queryParameters, splitTarget } from './target.ts';

/**
 * Reads the signature of a request, from its `Authorization` header or its query string, and checks its structure only. Algorithms other than
 * `AWS4-HMAC-SHA256` are read only where they are named.
 * Throws SigV4Error MissingAuthenticationToken when there is none, IncompleteSignature when it is malformed, with AWS's texts in
 * AWS's order (AWS General Reference, "Troubleshooting AWS Signature Version 4 errors").
 */
export function parseSignature(
  request: SignedRequest,
  algorithms: readonly string[] = [algorithm],
): ParsedSignature {
  const authorization = single(request, 'authorization', 'Authorization');
  // A query string that cannot be read carries no signature, and verifySignature refuses it under any other.
  const query = queryParameters(splitTarget(request.target).query) ?? [];
  const isPresigned = query.some(([name]) => name === 'X-Amz-Algorithm');
  if (authorization !== undefined && isPresigned) {
    throw incomplete(
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    );
  }
  if (authorization !== undefined) return fromHeader(request, authorization, algorithms);
  if (isPresigned || query.some(([name]) => name === 'X-Amz-Signature'))
    return fromQuery(request, query, algorithms);
  throw new SigV4Error('MissingAuthenticationToken', 'Request is missing Authentication Token');
}

function incomplete(message: string): SigV4Error {
  return new SigV4Error('IncompleteSignature', message);
}

/** A header that may come once. Two of them could mean one thing to the signer and another to the server. */
function single(request: SignedRequest, name: string, shown: string): string | undefined {
  const values = headerValues(request.rawHeaders, name);
  if (values.length > 1) throw incomplete(`Found more than one '${shown}' HTTP header.`);
  return values[0];
}

function fromHeader(
  request: SignedRequest,
  authorization: string,
  algorithms: readonly string[],
): ParsedSignature {
  const space = authorization.indexOf(' ');
  const named = space < 0 ? authorization : authorization.slice(0, space);
  const fields = readFields(space < 0 ? '' : authorization.slice(space + 1), authorization);
  const amzDate = single(request, 'x-amz-date', 'X-Amz-Date');
  const date = amzDate ?? single(request, 'date', 'Date');
  const credential = fields.get('Credential');
  const signature = fields.get('Signature');
  const signedHeaders = fields.get('SignedHeaders');
  if (!credential || !signature || !signedHeaders || !date) {
    const missing = [
      credential ? '' : "Authorization header requires 'Credential' parameter. ",
      signature ? '' : "Authorization header requires 'Signature' parameter. ",
      signedHeaders ? '' : "Authorization header requires 'SignedHeaders' parameter. ",
      date ? '' : "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
    ].join('');
    throw incomplete(`${missing}Authorization=${authorization}`);
  }
  if (!algorithms.includes(named)) throw incomplete(`Unsupported AWS 'algorithm': '${named}'.`);
  const instant = readInstant(date, amzDate === undefined);
  return {
    form: 'header',
    algorithm: named,
    scope: readScope(credential),
    signedHeaders: readSignedHeaders(signedHeaders),
    signature,
    instant,
    amzDate: amzDate ?? formatBasic(instant),
    sessionToken: single(request, 'x-amz-security-token', 'X-Amz-Security-Token'),
    contentSha256: single(request, 'x-amz-content-sha256', 'X-Amz-Content-Sha256'),
    request,
  };
}

function readFields(text: string, authorization: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split(',')) {
    const field = part.trim();
    if (field === '') continue;
    const equals = field.indexOf('=');
    if (equals < 0) {
      throw incomplete(
        `'${field}' not a valid key=value pair (missing equal-sign) in Authorization header: '${authorization}'.`,
      );
    }
    const name = field.slice(0, equals);
    if (fields.has(name))
      throw incomplete(
        `Authorization header has more than one '${name}' parameter. Authorization=${authorization}`,
      );
    fields.set(name, field.slice(equals + 1));
  }
  return fields;
}

function fromQuery(
  request: SignedRequest,
  query: readonly (readonly [string, string])[],
  algorithms: readonly string[],
): ParsedSignature {
  const parameter = (name: string): string | undefined => {
    const values = query.filter((entry) => entry[0] === name);
    if (values.length > 1)
      throw incomplete(
        `AWS query-string parameters must not repeat '${name}'. Re-examine the query-string parameters.`,
      );
    return values[0]?.[1];
  };
  const named = parameter('X-Amz-Algorithm');
  const credential = parameter('X-Amz-Credential');
  const signature = parameter('X-Amz-Signature');
  const signedHeaders = parameter('X-Amz-SignedHeaders');
  const date = parameter('X-Amz-Date');
  if (!named || !credential || !signature || !signedHeaders || !date) {
    const missing = Object.entries({
      Algorithm: named,
      Credential: credential,
      Signature: signature,
      SignedHeaders: signedHeaders,
      Date: date,
    })
      .filter(([, value]) => !value)
      .map(([name]) => `AWS query-string parameters must include 'X-Amz-${name}'. `);
    throw incomplete(`${missing.join('')}Re-examine the query-string parameters.`);
  }
  if (!algorithms.includes(named)) throw incomplete(`Unsupported AWS 'algorithm': '${named}'.`);
  const instant = readInstant(date, false);
  const headerToken = single(request, 'x-amz-security-token', 'X-Amz-Security-Token');
  const queryToken = parameter('X-Amz-Security-Token');
  if (headerToken !== undefined && queryToken !== undefined && headerToken !== queryToken) {
    throw incomplete("Found both 'X-Amz-Security-Token' as a query-string param and as HTTP header.");
  }
  return {
    form: 'query',
    algorithm: named,
    scope: readScope(credential),
    signedHeaders: readSignedHeaders(signedHeaders),
    signature,
    instant,
    amzDate: date,
    sessionToken: queryToken ?? headerToken,
    contentSha256:
      parameter('X-Amz-Content-Sha256') ?? single(request, 'x-amz-content-sha256', 'X-Amz-Content-Sha256'),
    expires: parameter('X-Amz-Expires'),
    request,
  };
}

function readScope(credential: string): CredentialScope {
  const parts = credential.split('/');
  const [accessKeyId, date, region, service, terminator] = parts;
  if (
    parts.length !== 5 ||
    accessKeyId === undefined ||
    date === undefined ||
    region === undefined ||
    service === undefined ||
    terminator === undefined
  ) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  }
  return { accessKeyId, date, region, service, terminator };
}

function readSignedHeaders(text: string): readonly string[] {
  return text.toLowerCase().split(';');
}

/** The instant of a date header; only a plain `Date` header may be in HTTP's own form (RFC 9110 §5.6.7). */
function readInstant(text: string, isDateHeader: boolean): Instant {
  const instant = parseBasic(text) ?? (isDateHeader ? parseHttpDate(text) : undefined);
  if (instant === undefined) {
    throw incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  return instant;
}

function parseHttpDate(text: string): Instant | undefined {
  const instant = Date.parse(text);
  // Date.parse takes much more than HTTP's form.
  return !Number.isNaN(instant) && new Date(instant).toUTCString() === text ? instant : undefined;
}
