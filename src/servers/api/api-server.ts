import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { WireRequest, WireResponse } from '#pipeline';

/** Largest body that is read: one byte more is refused, as AWS's query services do. */
export const bodyLimitBytes = 10_000_000;
const headLimitBytes = 16_384;
/** How slow a client may be. */
const patience = { headMs: 10_000, requestMs: 60_000, checkedEveryMs: 1000 };
const keepAliveTimeoutMs = 65_000;

export interface ApiServerOptions {
  readonly handle: (request: WireRequest) => Promise<WireResponse<string | Uint8Array>>;
  /** Certificate chain and private key in PEM; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** How long a head and a whole request may take, and how often that is looked at; 10 s, 60 s and 1 s without. */
  readonly patience?: typeof patience;
  /** Told of connections that sent something that is not HTTP, and of answers that could not be written. */
  readonly onConnectionError: (error: Error) => void;
}

/** The door for AWS clients: reads requests, hands them to the pipeline, writes the answers. */
export interface ApiServer {
  readonly server: Server;
  /** Stops accepting, lets requests under way finish, then resolves. Connections still busy after `graceMs` are cut. */
  close(graceMs: number): Promise<void>;
  /** Puts a new certificate in place for connections to come. */
  replaceCertificate(tls: { readonly cert: string; readonly key: string }): void;
}

export function createApiServer(options: ApiServerOptions): ApiServer {
  const { headMs, requestMs, checkedEveryMs } = options.patience ?? patience;
  const limits = {
    maxHeaderSize: headLimitBytes,
    headersTimeout: headMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: checkedEveryMs,
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response, options, () => server.listening).catch((error: unknown) => {
      options.onConnectionError(error instanceof Error ? error : new Error(String(error)));
      response.destroy();
    });
  };
  const tlsServer: TlsServer | undefined =
    options.tls === undefined ? undefined : createTlsServer({ ...limits, ...options.tls }, listener);
  const server: Server = tlsServer ?? createServer(limits, listener);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    options.onConnectionError(error);
    refuseConnection(error, socket);
  });
  return {
    server,
    close: (graceMs) => closeServer(server, graceMs),
    replaceCertificate: (tls) => tlsServer?.setSecureContext(tls),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ApiServerOptions,
  isListening: () => boolean,
): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) {
    // What is still to come is not read: the connection cannot be used again.
    response.writeHead(413, { connection: 'close', 'content-length': '0' }).end();
    return;
  }
  const answer = await options.handle({
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    rawHeaders: request.rawHeaders,
    body,
    sourceIp: plainAddress(request.socket.remoteAddress ?? ''),
    ...security(request.socket),
  });
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
    // A connection that is kept would hold up the end of a server that closes.
    ...(isListening() ? {} : { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

function security(socket: Socket | TLSSocket): Pick<WireRequest, 'secure' | 'tls'> {
  if (!('encrypted' in socket)) return { secure: false };
  const version = socket.getProtocol();
  const { standardName } = socket.getCipher();
  return version === null ? { secure: true } : { secure: true, tls: { version, cipherSuite: standardName } };
}

const emptyBody = Buffer.alloc(0);

/** The whole body, or undefined when it is over the limit. Rejects when the client goes away in the middle. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bodyLimitBytes) return Promise.resolve(undefined);
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) {
    request.resume();
    return Promise.resolve(emptyBody);
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > bodyLimitBytes) {
        request.pause();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    request.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.on('error', reject);
    request.on('close', () => {
      if (request.complete) return;
      reject(new Error('the client closed the connection before its request was complete'));
    });
  });
}

/** An IPv4 address that arrived on an IPv6 socket is written as IPv4, as policies name it. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Stops accepting, lets requests under way finish, then resolves. Connections still busy after `graceMs` are cut. */
export function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
