import type { ServerResponse } from 'node:http';
import { type Admitted, admit, type GuardOptions } from './guard.ts';
import { describeConnection, describeRequest, type NodeRequest } from './node-request.ts';
import { encodeRefusal, Refusal } from './refusal.ts';

/** What a handler finds on its request. */
export interface ExpressGuarded {
  brevet?: Admitted;
  body?: unknown;
}

/**
 * Middleware for Express, Connect and plain `node:http`: lets a request pass once it is proven and allowed, with `request.brevet` set and
 * `request.body` as a Buffer. It must come before anything that reads the body.
 */
export function expressAuthorizer(
  options: GuardOptions,
): (
  request: NodeRequest & ExpressGuarded,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void {
  return (request, response, next) => {
    // A body that somebody has read cannot be compared with what was signed.
    const source = request.readableEnded ? undefined : request.iterator({ destroyOnReturn: false });
    admit(options, describeRequest(request), source, describeConnection(request)).then(
      (admitted) => {
        request.brevet = admitted;
        request.body = admitted.body;
        next();
      },
      (error: unknown) => {
        if (!(error instanceof Refusal)) return next(error);
        const { status, headers, body } = encodeRefusal(error, request.headers.accept);
        response.writeHead(status, headers).end(body);
      },
    );
  };
}
