import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { WireRequest, WireResponse } from '#pipeline';

/** Largest body that is read: one byte more is refused, as AWS's query services do. */
export const bodyLimitBytes = 10_000_000;
/**
 * What long bodies may take together: nobody is proven yet while a body is read, and memory is everybody's. A body is long beyond what
 * almost every call is made of, so that whoever fills this up keeps nobody else out.
 */
const longBodiesLimitBytes = 268_435_456;
const shortBodyBytes = 131_072;
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
  /** How much the bodies of all requests under way may take together, each beyond its first 128 KiB; 256 MiB without. */
  readonly longBodiesLimitBytes?: number;
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
  const held = new HeldBodies(options.longBodiesLimitBytes ?? longBodiesLimitBytes);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response, options, held, () => server.listening).catch((error: unknown) => {
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

/** How many bytes of long bodies are in memory now. */
class HeldBodies {
  readonly #limit: number;
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when there is no room for these, which are then not held. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#limit) return false;
    this.#bytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ApiServerOptions,
  held: HeldBodies,
  isListening: () => boolean,
): Promise<void> {
  let taken = 0;
  response.once('close', () => held.giveBack(taken));
  const body = await readBody(request, (length) => {
    const more = Math.max(0, length - shortBodyBytes) - taken;
    if (response.closed || !held.take(more)) return false;
    taken += more;
    return true;
  });
  if (typeof body === 'number') {
    // What is still to come is not read: the connection cannot be used again.
    response.writeHead(body, { connection: 'close', 'content-length': '0' }).end();
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

/**
 * The whole body, or the status to refuse it with: 413 when it is over the limit, 503 when `hold` has no room for so many bytes of it.
 * Rejects when the client goes away in the middle.
 */
function readBody(request: IncomingMessage, hold: (length: number) => boolean): Promise<Buffer | 413 | 503> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bodyLimitBytes) return Promise.resolve(413);
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) {
    request.resume();
    return Promise.resolve(emptyBody);
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      const isTooLong = length > bodyLimitBytes;
      if (isTooLong || !hold(length)) {
        request.pause();
        resolve(isTooLong ? 413 : 503);
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
