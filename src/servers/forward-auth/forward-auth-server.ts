import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { hashBody } from '#core/sigv4';
import {
  type AccessQuestion,
  type Authorizer,
  encodeRefusal,
  type InvokedApi,
  invokeQuestion,
  PathRefused,
  parsePath,
  Refusal,
  VerificationError,
  type Verified,
} from '#servers/authorizer';
import { encodeValue, identityHeaders } from './identity-headers.ts';
import { type OriginalRequest, type ProxyForm, readOriginal } from './original-request.ts';
import type { Route } from './route.ts';

/** What a request came to, for the log. */
export interface Decided {
  readonly requestId: string;
  readonly status: number;
  readonly ms: number;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly caller?: string | undefined;
  readonly code?: string;
  readonly reason?: string;
  readonly cause?: unknown;
}

export interface ForwardAuthOptions {
  readonly authorizer: Authorizer;
  readonly api: InvokedApi;
  readonly proxy: ProxyForm;
  /** What requests mean, the first that fits; `execute-api:Invoke` for all unless given. A request that none fits is refused. */
  readonly routes?: readonly Route[] | undefined;
  /** The header in which the proxy, and nobody else, tells the client's address; unless given, policies see none. */
  readonly clientAddressHeader?: string | undefined;
  /** Whether the proxy takes nothing but TLS. */
  readonly secureTransport: boolean;
  /** False once too little is known to decide. */
  readonly isCurrent: () => boolean;
  readonly onDecided: (decided: Decided) => void;
}

const headLimitBytes = 32_768;
const headTimeoutMs = 10_000;
const keepAliveTimeoutMs = 65_000;
const emptySha256 = hashBody(new Uint8Array());
/** Methods whose requests have no body, as a rule; with any other, its absence is declared too. */
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

/** Not listening yet: the caller binds it and closes it. */
export function createForwardAuthServer(options: ForwardAuthOptions): Server {
  const limits = {
    maxHeaderSize: headLimitBytes,
    headersTimeout: headTimeoutMs,
    requestTimeout: headTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
  };
  return createServer(limits, (request, response) => {
    // Nothing here reads a body: what a proxy sends all the same is read off and forgotten.
    request.resume();
    answer(request, response, options).catch((error: unknown) => {
      options.onDecided({ requestId: '', status: 503, ms: 0, code: 'InternalFailure', cause: error });
      response.destroy();
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ForwardAuthOptions,
): Promise<void> {
  const start = performance.now();
  const requestId = randomUUID();
  let original: OriginalRequest | undefined;
  let verified: Verified | undefined;
  try {
    original = readOriginal(
      { method: request.method ?? '', target: request.url ?? '', rawHeaders: request.rawHeaders },
      options.proxy,
    );
    if (original === undefined) return answerOperator(request, response, options);
    verified = await options.authorizer.verify(original);
    refuseUnknownBody(original, verified);
    const connection = connectionOf(request, options);
    const access = options.authorizer.authorize(verified, { ...questionOf(original, options), connection });
    if (!access.allowed) throw new Refusal(403, 'AccessDeniedException', access.message ?? 'Access denied.');
    const headers = identityHeaders(verified, emptySha256);
    headers.push('x-brevet-request-id', requestId, 'content-length', '0', 'cache-control', 'no-store');
    response.writeHead(200, headers).end();
    options.onDecided({
      requestId,
      status: 200,
      ms: performance.now() - start,
      method: original.method,
      path: pathOf(original),
      caller: verified.caller.arn,
    });
  } catch (error) {
    const refusal = asRefusal(error);
    const { status, headers, body } = encodeRefusal(refusal);
    const told = {
      ...headers,
      'x-brevet-request-id': requestId,
      'x-brevet-reason': encodeValue(refusal.message),
      'content-length': String(Buffer.byteLength(body)),
    };
    response.writeHead(status, told).end(request.method === 'HEAD' ? undefined : body);
    options.onDecided({
      requestId,
      status,
      ms: performance.now() - start,
      method: original?.method,
      path: original === undefined ? undefined : pathOf(original),
      caller: verified?.caller.arn,
      code: refusal.code,
      reason: refusal.message,
      cause: refusal.cause,
    });
  }
}

/**
 * Without any word on an original request, only the operator can be asking: the health of the door, or a set-up that is wrong.
 * INVARIANT: a request that a proxy asks about never gets here, since it would be let in by a path that it chose itself. Behind Envoy every
 * request is one of those.
 */
function answerOperator(
  request: IncomingMessage,
  response: ServerResponse,
  { isCurrent }: ForwardAuthOptions,
): void {
  if (request.url !== '/healthz' || (request.method !== 'GET' && request.method !== 'HEAD'))
    throw new Refusal(
      403,
      'OriginalRequestRefused',
      'Nothing says what the original request was: see the proxy.',
    );
  const healthy = isCurrent();
  response
    .writeHead(healthy ? 200 : 503, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    })
    .end(
      request.method === 'HEAD'
        ? undefined
        : healthy
          ? 'alive\n'
          : 'nothing was heard of the issuer for too long\n',
    );
}

/** The door does not see the body: only a hash that was signed binds it, and only the backend can compare. */
function refuseUnknownBody({ method, hasBody }: OriginalRequest, { signature }: Verified): void {
  const declared = signature.contentSha256;
  if (declared === undefined && !hasBody && bodiless.has(method)) return;
  if (declared !== undefined && /^[0-9a-f]{64}$/.test(declared) && (!hasBody || declared !== emptySha256))
    return;
  throw new Refusal(
    403,
    'BodyNotSigned',
    'The body of the request is not signed: x-amz-content-sha256 must be the hex SHA-256 of the body.',
  );
}

function questionOf(
  { method, target }: OriginalRequest,
  { api, routes }: ForwardAuthOptions,
): Omit<AccessQuestion, 'connection'> {
  if (routes === undefined) return invokeQuestion(api, { method, target });
  const path = parsePath(target);
  for (const route of routes) {
    const question = route(method, path);
    if (question !== undefined) return { ...question, resourceAccount: api.ownerAccount };
  }
  throw new Refusal(403, 'NoRoute', 'No route says what this request means.');
}

function connectionOf(
  { headers }: IncomingMessage,
  { clientAddressHeader, secureTransport }: ForwardAuthOptions,
): AccessQuestion['connection'] {
  const address = clientAddressHeader === undefined ? undefined : headers[clientAddressHeader];
  // Several addresses are a chain that anybody can begin; such a one tells nothing.
  const sourceIp = typeof address === 'string' && isIP(address) !== 0 ? address : undefined;
  return { sourceIp, secure: secureTransport, userAgent: headers['user-agent'], referer: headers.referer };
}

/** For the log: the query may carry a signature, and with it a session token. */
function pathOf({ target }: OriginalRequest): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof VerificationError)
    return new Refusal(error.status, error.code, error.message, error.cause);
  if (error instanceof PathRefused) return new Refusal(403, error.code, error.message);
  return new Refusal(503, 'ServiceUnavailable', 'The request cannot be decided now.', error);
}
