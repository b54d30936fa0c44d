import { hashBody, signRequest } from '#core/sigv4';
import type { Credentials } from '../started-service.ts';
import type { Fields } from './minimal-input.ts';

export interface OpenRequest {
  readonly headers: Record<string, string>;
}

export type Handler = (args: { readonly request: OpenRequest }) => Promise<unknown>;

export type Middleware = (next: Handler) => Handler;

export interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

/** A request that is to be signed with the client's credentials. */
export interface PlainCall {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly service: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Sends a request for which there is no SDK, and answers or throws in the SDK's form as far as the sweeps use it. */
export async function sendSigned(
  { endpoint, region, credentials }: ClientOptions,
  middleware: Middleware,
  { method, target, service, headers, body }: PlainCall,
): Promise<Fields> {
  const { rawHeaders } = signRequest(
    {
      method,
      target,
      rawHeaders: ['host', new URL(endpoint).host, ...Object.entries(headers).flat()],
      bodySha256: hashBody(body),
    },
    { credentials, region, service, now: Date.now() },
  );
  return await sendPrepared(endpoint, middleware, { method, target, rawHeaders, body });
}

/** Sends a request that is signed already. */
export async function sendPrepared(
  endpoint: string,
  middleware: Middleware,
  request: Pick<PlainCall, 'method' | 'target' | 'body'> & { readonly rawHeaders: readonly string[] },
): Promise<Fields> {
  const { method, target, body, rawHeaders } = request;
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    headers[rawHeaders[index] ?? ''] = rawHeaders[index + 1] ?? '';
  const answer = await middleware(async (args) => {
    const { host: _host, ...sent } = args.request.headers;
    return await fetch(`${endpoint}${target}`, {
      method,
      headers: sent,
      ...(body.length === 0 ? {} : { body: Buffer.from(body) }),
    });
  })({ request: { headers } });
  return readAnswer(answer as Response);
}

async function readAnswer(response: Response): Promise<Fields> {
  const answer = (await response.json()) as Fields & { readonly __type?: string; readonly message?: string };
  const $metadata = {
    httpStatusCode: response.status,
    requestId: response.headers.get('x-amzn-requestid') ?? undefined,
  };
  if (response.ok) return { ...answer, $metadata };
  const { __type, message, ...members } = answer;
  const name = __type ?? response.headers.get('x-amzn-errortype') ?? '';
  throw Object.assign(new Error(message), { ...members, name, $fault: 'client', $metadata });
}
