import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Registry } from 'prom-client';

const headLimitBytes = 8_192;
const headTimeoutMs = 5_000;

/** Whether requests can be served now, and why not. The reasons are shown to whoever asks: they carry no secrets. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

export interface AdminServerOptions {
  readonly ready: () => Readiness;
  /** Of one process or of all: what `/metrics` shows, in Prometheus's text form. */
  readonly registry: { metrics(): Promise<string> };
  /** Told when an answer could not be made; the client learns only that it failed. */
  readonly onError: (error: Error) => void;
}

/** The operator's door. Not listening yet: the caller binds it and closes it. */
export function createAdminServer(options: AdminServerOptions): Server {
  const limits = {
    maxHeaderSize: headLimitBytes,
    headersTimeout: headTimeoutMs,
    requestTimeout: headTimeoutMs,
  };
  return createServer(limits, (request, response) => {
    // No path takes a body: what a client sends all the same is read off and forgotten.
    request.resume();
    answer(request, options).then(
      (reply) => write(request, response, reply),
      (error: unknown) => {
        options.onError(error instanceof Error ? error : new Error(String(error)));
        write(request, response, plain(500, 'internal failure'));
      },
    );
  });
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(request: IncomingMessage, { ready, registry }: AdminServerOptions): Promise<Reply> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== '/healthz' && path !== '/readyz' && path !== '/metrics') return plain(404, 'not found');
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'only GET and HEAD');
  switch (path) {
    case '/healthz':
      return plain(200, 'alive');
    case '/readyz': {
      const readiness = ready();
      return readiness.ready
        ? plain(200, 'ready')
        : plain(503, ['not ready', ...readiness.reasons].join('\n'));
    }
    case '/metrics':
      return { status: 200, type: Registry.PROMETHEUS_CONTENT_TYPE, body: await registry.metrics() };
  }
}

function plain(status: number, line: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body: `${line}\n` };
}

function write(request: IncomingMessage, response: ServerResponse, { status, type, body }: Reply): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
