/**
 * Requests byte by byte, signed by another signer than the service's own, and walked through the corridor of a started service
 * without HTTP in between.
 */
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { WireRequest } from '#pipeline';
import type { Credentials, StartedService } from './started-service.ts';

export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface Signing {
  readonly credentials: Credentials;
  readonly now: number;
  readonly service?: string;
  readonly region?: string;
}

export const formType = ['content-type', 'application/x-www-form-urlencoded; charset=utf-8'] as const;
export const getCallerIdentity = 'Action=GetCallerIdentity&Version=2011-06-15';

/** A request for the global host of STS; a body makes it a form that is posted. */
export function rawRequest(given: Partial<RawRequest> = {}): RawRequest {
  const body = given.body ?? '';
  return {
    method: body === '' ? 'GET' : 'POST',
    target: '/',
    body,
    ...given,
    headers: [
      ...(given.headers?.some(([name]) => name === 'host') ? [] : [['host', 'sts.amazonaws.com'] as const]),
      ...(body === '' || given.headers?.some(([name]) => name === 'content-type') ? [] : [formType]),
      ...(given.headers ?? []),
    ],
  };
}

function prepare(request: RawRequest, { credentials, service = 'sts', region = 'us-east-1' }: Signing) {
  const url = new URL(`http://host${request.target}`);
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) query[name] = url.searchParams.getAll(name);
  return {
    signer: new SignatureV4({ credentials, service, region, sha256: Sha256, applyChecksum: false }),
    unsigned: new HttpRequest({
      method: request.method,
      path: url.pathname,
      query,
      headers: Object.fromEntries(request.headers),
      body: request.body,
    }),
  };
}

/** The request with its signature in headers. */
export async function signed(request: RawRequest, signing: Signing): Promise<RawRequest> {
  const { signer, unsigned } = prepare(request, signing);
  const { headers } = await signer.sign(unsigned, { signingDate: new Date(signing.now) });
  return { ...request, headers: Object.entries(headers) };
}

/** The request with its signature in the query string, as of `X-Amz-Expires=60`. */
export async function presigned(request: RawRequest, signing: Signing): Promise<RawRequest> {
  const { signer, unsigned } = prepare(request, signing);
  const { query } = await signer.presign(unsigned, {
    signingDate: new Date(signing.now),
    expiresIn: 60,
    unhoistableHeaders: new Set(request.headers.map(([name]) => name)),
  });
  const text = Object.entries(query ?? {})
    .flatMap(([name, value]) =>
      [value ?? ''].flat().map((item) => `${encodeURIComponent(name)}=${encodeURIComponent(item)}`),
    )
    .join('&');
  return { ...request, target: `${request.target.split('?')[0]}?${text}` };
}

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** The request as the corridor takes it. */
export function wireRequest(request: RawRequest): WireRequest {
  return {
    method: request.method,
    target: request.target,
    rawHeaders: request.headers.flat(),
    body: Buffer.from(request.body),
    sourceIp: '127.0.0.1',
    secure: false,
  };
}

/** The answer to a request as it stands. */
export async function send(service: StartedService, request: RawRequest): Promise<RawReply> {
  const reply = await service.house.handle(wireRequest(request));
  const { body } = reply;
  const element = (name: string): string | undefined =>
    new RegExp(`<${name}>([^<]*)</${name}>`)
      .exec(body)?.[1]
      ?.replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
  return { ...reply, code: element('Code'), message: element('Message') };
}
