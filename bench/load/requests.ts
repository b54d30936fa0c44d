import { createHash, createHmac, type KeyObject } from 'node:crypto';
import { deriveSigningKey, hashBody, signRequest as signHeaders } from '#core/sigv4';
import { formatBasic } from '#core/time';

/** The account of every benchmark. */
export const accountId = '111122223333';

/** A long-lived access key. */
export interface Caller {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The requests of one run: who is called, and what is asked of it. */
export interface Plan {
  readonly port: number;
  readonly caller: Caller;
  /** AssumeRole goes to each of that many roles in turn. */
  readonly operation:
    | 'GetCallerIdentity'
    | { readonly assumeRoles: number }
    | { readonly doorPaths: number }
    /** GetObject of each of that many objects in turn. */
    | { readonly objects: number }
    /** The credentials of an instance's role `web`. */
    | { readonly metadataToken: string }
    /** AssumeRoleWithWebIdentity with each of these tokens in turn. */
    | { readonly webIdentity: { readonly roleArn: string; readonly tokens: readonly string[] } };
}

const region = 'us-east-1';
const service = 'sts';

export function roleName(index: number): string {
  return `role-${String(index).padStart(6, '0')}`;
}

/** Every request of a plan, signed as the AWS SDK for JavaScript signs, in the bytes that go over the wire; good for fifteen minutes. */
export function signRequests({ port, caller, operation }: Plan): readonly Buffer[] {
  if (typeof operation === 'object' && 'doorPaths' in operation)
    return Array.from({ length: operation.doorPaths }, (_, index) => doorRequest(caller, `/orders/${index}`));
  if (typeof operation === 'object' && 'objects' in operation)
    return Array.from({ length: operation.objects }, (_, index) =>
      objectRequest(caller, port, `/bench/object-${index}`),
    );
  if (typeof operation === 'object' && 'metadataToken' in operation)
    return [metadataRequest(port, operation.metadataToken)];
  if (typeof operation === 'object' && 'webIdentity' in operation) {
    const { roleArn, tokens } = operation.webIdentity;
    return tokens.map((token) => unsignedRequest(port, webIdentityBody(roleArn, token)));
  }
  const bodies =
    operation === 'GetCallerIdentity'
      ? ['Action=GetCallerIdentity&Version=2011-06-15']
      : Array.from({ length: operation.assumeRoles }, (_, index) => assumeRoleBody(index));
  const amzDate = formatBasic(Date.now());
  const key = deriveSigningKey(caller.secretAccessKey, amzDate.slice(0, 8), region, service);
  return bodies.map((body) => signRequest(body, `127.0.0.1:${port}`, amzDate, caller.accessKeyId, key));
}

/** What nginx asks a door about a request that curl signed. */
function doorRequest(credentials: Caller, path: string): Buffer {
  const { rawHeaders } = signHeaders(
    {
      method: 'GET',
      target: path,
      rawHeaders: ['Host', 'orders.example.com'],
      bodySha256: hashBody(new Uint8Array()),
    },
    { credentials, region, service: 'execute-api', now: Date.now() },
  );
  const sent = [
    ...[...rawHeaders, 'User-Agent', 'curl/8.5.0', 'Accept', '*/*'],
    ...['X-Original-Method', 'GET', 'X-Original-URI', path],
  ];
  let head = '';
  for (let index = 0; index < sent.length; index += 2) head += `${sent[index]}: ${sent[index + 1]}\r\n`;
  return Buffer.from(`GET / HTTP/1.1\r\n${head}\r\n`);
}

/** What an SDK asks a store. */
function objectRequest(credentials: Caller, port: number, target: string): Buffer {
  const { rawHeaders } = signHeaders(
    {
      method: 'GET',
      target,
      rawHeaders: ['Host', `127.0.0.1:${port}`],
      bodySha256: hashBody(new Uint8Array()),
    },
    { credentials, region, service: 's3', now: Date.now(), uriEncoding: 'once' },
  );
  const sent = [...rawHeaders, 'User-Agent', 'aws-sdk-js/3.1170.0 ua/2.1 os/linux lang/js md/nodejs api/s3'];
  let head = '';
  for (let index = 0; index < sent.length; index += 2) head += `${sent[index]}: ${sent[index + 1]}\r\n`;
  return Buffer.from(`GET ${target} HTTP/1.1\r\n${head}\r\n`);
}

/** What botocore asks instance metadata. */
function metadataRequest(port: number, token: string): Buffer {
  const lines = [
    'GET /latest/meta-data/iam/security-credentials/web HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'User-Agent: Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux lang/python#3.12',
    `x-aws-ec2-metadata-token: ${token}`,
    'Accept-Encoding: identity',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** What a pod asks with its token. */
export function webIdentityBody(roleArn: string, token: string): string {
  return `Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=${encodeURIComponent(roleArn)}&RoleSessionName=pod&WebIdentityToken=${token}`;
}

/** What an SDK sends without credentials. */
function unsignedRequest(port: number, body: string): Buffer {
  const lines = [
    'POST / HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'User-Agent: aws-sdk-js/3.1170.0 ua/2.1 os/linux lang/js md/nodejs api/sts',
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

function assumeRoleBody(index: number): string {
  const arn = encodeURIComponent(`arn:aws:iam::${accountId}:role/${roleName(index)}`);
  return `Action=AssumeRole&Version=2011-06-15&RoleArn=${arn}&RoleSessionName=session-${index}`;
}

function signRequest(
  body: string,
  host: string,
  amzDate: string,
  accessKeyId: string,
  key: KeyObject,
): Buffer {
  const hash = sha256(body);
  const headers: readonly (readonly [name: string, value: string])[] = [
    ['amz-sdk-invocation-id', '5e3c1c9e-3d6a-4c5c-9f5c-2f1a52b4ad11'],
    ['amz-sdk-request', 'attempt=1; max=3'],
    ['content-type', 'application/x-www-form-urlencoded'],
    ['host', host],
    ['x-amz-content-sha256', hash],
    ['x-amz-date', amzDate],
    ['x-amz-user-agent', 'aws-sdk-js/3.1170.0'],
  ];
  const signed = headers.map(([name]) => name).join(';');
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('');
  const scope = `${amzDate.slice(0, 8)}/${region}/${service}/aws4_request`;
  const canonical = `POST\n/\n\n${lines}\n${signed}\n${hash}`;
  const signature = createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${sha256(canonical)}`)
    .digest('hex');
  const sent = [
    ...headers,
    ['user-agent', 'aws-sdk-js/3.1170.0 ua/2.1 os/linux lang/js md/nodejs api/sts'],
    [
      'authorization',
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
    ],
    ['content-length', String(Buffer.byteLength(body))],
    ['connection', 'keep-alive'],
  ];
  const head = sent.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`POST / HTTP/1.1\r\n${head}\r\n${body}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
