/**
 * Signs CreateSession as AWS documents it (IAM Roles Anywhere User Guide, "The IAM Roles Anywhere authentication signing process") and as AWS's own
 * signing helper sends it: ARNs in the query, the rest in the body. Nothing of the house is used: what it verifies is built here by hand.
 */
import { createHash, type KeyObject, sign, X509Certificate } from 'node:crypto';
import type { IssuedCertificate } from './x509-writer.ts';

/** A request to be signed. */
export interface SignedCall {
  readonly endpoint: string;
  readonly signer: IssuedCertificate;
  readonly arns: Readonly<Record<string, unknown>>;
  readonly chain?: readonly IssuedCertificate[];
  readonly region?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Milliseconds. */
  readonly at?: number;
  /** In place of what follows from the signer. */
  readonly algorithm?: string;
  readonly key?: KeyObject;
  readonly credential?: string;
  /** Whether the ARNs stand in the body instead, as the documentation's example has it. */
  readonly arnsInBody?: boolean;
  /** Headers that are sent and not signed. */
  readonly unsigned?: readonly string[];
}

export interface AnywhereCall extends Omit<SignedCall, 'arns'> {
  readonly trustAnchorArn: string;
  readonly profileArn: string;
  readonly roleArn: string;
  /** Changes the request once it is signed. */
  readonly tamper?: (request: PreparedRequest) => PreparedRequest;
}

export interface PreparedRequest {
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The same request with another header, or without it. */
export function withHeader(request: PreparedRequest, name: string, value?: string): PreparedRequest {
  const { [name]: _present, ...others } = request.headers;
  return { ...request, headers: value === undefined ? others : { ...others, [name]: value } };
}

/** What a request is made of before and after it is signed. */
export function prepareCreateSession(call: SignedCall): PreparedRequest & { readonly canonical: string } {
  const { signer, chain = [], region = 'us-east-1', at = Date.now(), unsigned = [] } = call;
  const query =
    call.arnsInBody === true
      ? ''
      : Object.entries(call.arns)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => `${name}=${escapeQuery(String(value))}`)
          .sort()
          .join('&');
  const body = JSON.stringify({ ...(call.arnsInBody === true ? call.arns : {}), ...call.body });
  const date = new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    host: new URL(call.endpoint).host,
    'x-amz-date': date,
    'x-amz-x509': signer.der.toString('base64'),
    ...(chain.length === 0
      ? {}
      : { 'x-amz-x509-chain': chain.map(({ der }) => der.toString('base64')).join(',') }),
  };
  const names = Object.keys(headers)
    .filter((name) => !unsigned.includes(name))
    .sort();
  const canonical = [
    'POST',
    '/sessions',
    query,
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n');
  const scope = `${date.slice(0, 8)}/${region}/rolesanywhere/aws4_request`;
  const key = call.key ?? signer.privateKey;
  const algorithm =
    call.algorithm ?? (key.asymmetricKeyType === 'rsa' ? 'AWS4-X509-RSA-SHA256' : 'AWS4-X509-ECDSA-SHA256');
  const stringToSign = [algorithm, date, scope, sha256(canonical)].join('\n');
  const signature = sign('sha256', Buffer.from(stringToSign), key).toString('hex');
  const serial = BigInt(`0x${new X509Certificate(signer.der).serialNumber}`).toString();
  headers.authorization = `${algorithm} Credential=${call.credential ?? serial}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { target: query === '' ? '/sessions' : `/sessions?${query}`, headers, body, canonical };
}

export interface AnywhereAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly errorType: string | null;
}

export async function callCreateSession(call: AnywhereCall): Promise<AnywhereAnswer> {
  const { trustAnchorArn, profileArn, roleArn } = call;
  const prepared = prepareCreateSession({ ...call, arns: { profileArn, roleArn, trustAnchorArn } });
  const request = call.tamper?.(prepared) ?? prepared;
  const { host: _host, ...headers } = request.headers;
  const response = await fetch(`${call.endpoint}${request.target}`, {
    method: 'POST',
    headers,
    body: request.body,
  });
  return {
    status: response.status,
    body: (await response.json()) as Readonly<Record<string, unknown>>,
    errorType: response.headers.get('x-amzn-errortype'),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** RFC 3986, every character but the unreserved ones. */
function escapeQuery(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
