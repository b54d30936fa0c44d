import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { encodeS3Error, type S3ErrorCode, type S3Request, S3RequestError } from '#core/s3';
import { PayloadError } from '#core/sigv4';
import type { Asker } from './authenticate.ts';
import { BucketRefused } from './buckets.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { type GatewayPorts, type GatewayProgress, handleRequest } from './handle-request.ts';
import { createStoreClient, type StoreSettings } from './store-client.ts';

const headLimitBytes = 16_384;
const headTimeoutMs = 10_000;
const keepAliveTimeoutMs = 65_000;
/** A client that sends or takes nothing for so long is given up. */
const idleTimeoutMs = 120_000;
/** So much of a refused body is read, for the client to see the answer; a longer one costs it the connection. */
const mostDiscardedBytes = 1_048_576;
const discardMs = 1000;

export interface GatewayOptions extends Omit<GatewayPorts, 'store' | 'region' | 'emptySegments'> {
  readonly store: StoreSettings;
  /** Certificate chain and private key in PEM; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Told of every request once it is answered; and what it asked, when it was proven who asks, or that nobody signed. */
  readonly onAnswered: (answered: GatewayAnswered, asked: GatewayAsked | undefined) => void;
  readonly onConnectionError: (error: Error) => void;
}

/** One answered request, for the log. */
export interface GatewayAnswered extends Omit<Readonly<GatewayProgress>, 'request' | 'asker'> {
  readonly requestId: string;
  readonly sourceIp: string;
  readonly status: number;
  readonly ms: number;
  /** Present when the gateway refused. */
  readonly code?: S3ErrorCode;
  readonly reason?: string;
  /** What went wrong, when it is nobody's business outside. */
  readonly cause?: unknown;
}

/** What an answered request asked, for its audit record. It holds the session token: it goes into no log as it is. */
export interface GatewayAsked {
  readonly asker: Asker;
  readonly request: S3Request;
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly sourceIp: string;
  readonly secure: boolean;
}

/** The S3 door. */
export interface GatewayServer {
  readonly server: Server;
  /** Stops accepting, lets requests under way finish, then resolves. Connections still busy after `graceMs` are cut. */
  close(graceMs: number): Promise<void>;
  replaceCertificate(tls: { readonly cert: string; readonly key: string }): void;
}

export function createGatewayServer(options: GatewayOptions): GatewayServer {
  const store = createStoreClient(options.store, options.clock);
  const ports: GatewayPorts = {
    ...options,
    store,
    region: options.store.region,
    emptySegments: 'refuse',
  };
  const limits = {
    maxHeaderSize: headLimitBytes,
    headersTimeout: headTimeoutMs,
    // A body may take as long as it needs, as long as it moves.
    requestTimeout: 0,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: 1000,
  };
  const listen = (expectsContinue: boolean) => (incoming: IncomingMessage, response: ServerResponse) => {
    serve(openExchange(incoming, response, randomUUID(), expectsContinue), ports, options).catch(
      (error: unknown) => {
        options.onConnectionError(error instanceof Error ? error : new Error(String(error)));
        response.destroy();
      },
    );
  };
  const tlsServer: TlsServer | undefined =
    options.tls === undefined ? undefined : createTlsServer({ ...limits, ...options.tls });
  const server: Server = tlsServer ?? createServer(limits);
  server.on('request', listen(false));
  server.on('checkContinue', listen(true));
  server.setTimeout(idleTimeoutMs);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    options.onConnectionError(error);
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return {
    server,
    replaceCertificate: (tls) => tlsServer?.setSecureContext(tls),
    close: (graceMs) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(cut);
          store.close();
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

async function serve(exchange: Exchange, ports: GatewayPorts, options: GatewayOptions): Promise<void> {
  const { response, requestId, sourceIp } = exchange;
  const startedAt = ports.clock();
  const progress: GatewayProgress = {};
  response.setHeader('x-amz-request-id', requestId);
  response.setHeader('x-amz-id-2', requestId);
  let refusal: S3RequestError | undefined;
  let cause: unknown;
  try {
    await handleRequest(exchange, ports, progress);
  } catch (error) {
    refusal = asRefusal(error);
    cause = error;
    refuse(exchange, refusal);
  }
  discardRest(exchange);
  const { request, asker, ...come } = progress;
  const { method, target, rawHeaders, secure } = exchange;
  options.onAnswered(
    {
      ...come,
      requestId,
      sourceIp,
      status: response.statusCode,
      ms: ports.clock() - startedAt,
      ...(refusal === undefined
        ? {}
        : { code: refusal.code, reason: refusal.message, ...(refusal === cause ? {} : { cause }) }),
    },
    request === undefined || asker === undefined
      ? undefined
      : { asker, request, method, target, rawHeaders, sourceIp, secure },
  );
}

/** What the client is told; what nobody planned for stays inside. */
function asRefusal(error: unknown): S3RequestError {
  if (error instanceof S3RequestError) return error;
  if (error instanceof PayloadError) return new S3RequestError(error.code, error.message);
  if (error instanceof BucketRefused) {
    switch (error.code) {
      case 'BucketAlreadyExists':
        return new S3RequestError('BucketAlreadyExists');
      case 'BucketNotFound':
        return new S3RequestError('OperationAborted');
      case 'MalformedPolicy':
        return new S3RequestError('MalformedPolicy', error.message);
      case 'Unavailable':
        return new S3RequestError('ServiceUnavailable');
    }
  }
  return new S3RequestError('InternalError');
}

function refuse({ incoming, response, requestId, target, method }: Exchange, refusal: S3RequestError): void {
  // Half an answer cannot be taken back: the client must see that it is cut.
  if (response.headersSent || incoming.socket.destroyed) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames())
    if (name !== 'x-amz-request-id' && name !== 'x-amz-id-2') response.removeHeader(name);
  const body = encodeS3Error({
    code: refusal.code,
    message: refusal.message,
    details: refusal.details,
    resource: target.split('?', 1)[0] ?? '',
    requestId,
    hostId: requestId,
  });
  response.writeHead(refusal.status, {
    'content-type': 'application/xml',
    ...(method === 'HEAD' ? {} : { 'content-length': Buffer.byteLength(body) }),
    ...(isUnread({ incoming }) ? { connection: 'close' } : {}),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

function isUnread({ incoming }: Pick<Exchange, 'incoming'>): boolean {
  return (
    !incoming.complete &&
    Number(incoming.headers['content-length'] ?? mostDiscardedBytes + 1) > mostDiscardedBytes
  );
}

/** Reads what is left of a body that nobody wanted, for a while. */
function discardRest(exchange: Exchange): void {
  const { incoming } = exchange;
  if (incoming.complete || incoming.destroyed) return;
  incoming.resume();
  incoming.on('error', () => undefined);
  const cut = setTimeout(() => incoming.destroy(), discardMs);
  incoming.once('close', () => clearTimeout(cut));
  incoming.once('end', () => clearTimeout(cut));
}
