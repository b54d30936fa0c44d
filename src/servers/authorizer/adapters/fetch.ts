import { type Admitted, admit, type GuardOptions } from './guard.ts';
import { encodeRefusal, Refusal } from './refusal.ts';

export interface FetchGuardOptions extends GuardOptions {
  /** The peer's address, where the server tells it. */
  readonly sourceIp?: (request: Request) => string | undefined;
}

/**
 * Wraps a handler of `Request` and `Response` (Hono, Deno, Bun, workers): it is called once the request is proven and allowed, with who
 * sent it and the body. The host and protocol are those of the request's URL, which the server must take from the connection.
 */
export function fetchAuthorizer<Rest extends readonly unknown[]>(
  options: FetchGuardOptions,
  handler: (request: Request, admitted: Admitted, ...rest: Rest) => Response | Promise<Response>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const url = new URL(request.url);
    const rawHeaders = [...request.headers].flat();
    if (!request.headers.has('host')) rawHeaders.push('host', url.host);
    let admitted: Admitted;
    try {
      admitted = await admit(
        options,
        { method: request.method, target: url.pathname + url.search, rawHeaders },
        request.body ?? undefined,
        {
          sourceIp: options.sourceIp?.(request),
          secure: url.protocol === 'https:',
          userAgent: request.headers.get('user-agent') ?? undefined,
          referer: request.headers.get('referer') ?? undefined,
        },
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, headers, body } = encodeRefusal(error, request.headers.get('accept') ?? '');
      return new Response(body, { status, headers });
    }
    return handler(request, admitted, ...rest);
  };
}
