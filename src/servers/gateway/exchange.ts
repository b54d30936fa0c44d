import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { S3RequestError } from '#core/s3';

/** One request at the gateway, and the answer to it. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  /** By lower-cased name; of headers that come more than once, the first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly sourceIp: string;
  readonly secure: boolean;
  /** Set when the client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
}

export function openExchange(
  incoming: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  expectsContinue: boolean,
): Exchange {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    const name = (incoming.rawHeaders[index] ?? '').toLowerCase();
    if (!headers.has(name)) headers.set(name, (incoming.rawHeaders[index + 1] ?? '').trim());
  }
  return {
    incoming,
    response,
    requestId,
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    rawHeaders: incoming.rawHeaders,
    headers,
    sourceIp: plainAddress(incoming.socket.remoteAddress ?? ''),
    secure: (incoming.socket as Partial<TLSSocket>).encrypted === true,
    expectsContinue,
  };
}

const bodyMethods: ReadonlySet<string> = new Set(['PUT', 'POST']);

/**
 * Refuses a request whose end two servers could see in different places, beyond what the parser refuses (RFC 9112 §6.3).
 * Throws S3RequestError.
 */
export function checkFraming({ method, headers, rawHeaders }: Exchange): void {
  const coding = headers.get('transfer-encoding');
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') throw new S3RequestError('NotImplemented');
  if (coding !== undefined && headers.has('content-length'))
    throw new S3RequestError('InvalidRequest', 'The request has a Content-Length and a Transfer-Encoding.');
  for (const name of ['content-length', 'transfer-encoding', 'host', 'expect']) {
    const count = rawHeaders.filter((raw, index) => index % 2 === 0 && raw.toLowerCase() === name).length;
    if (count > 1)
      throw new S3RequestError('InvalidRequest', `The request has more than one ${name} header.`);
  }
  if (!bodyMethods.has(method) && (coding !== undefined || Number(headers.get('content-length') ?? 0) > 0))
    throw new S3RequestError('InvalidRequest', `A ${method} request has no body.`);
}

/** The bytes of the body as they come; tells the client to send them when it waits for that. Rejects when the client goes away. */
export async function* readBody({ incoming, response, expectsContinue }: Exchange): AsyncGenerator<Buffer> {
  if (expectsContinue) response.writeContinue();
  // A refusal still has to reach the client, over the same connection.
  for await (const bytes of incoming.iterator({ destroyOnReturn: false })) yield bytes as Buffer;
  if (!incoming.complete)
    throw new S3RequestError('IncompleteBody', 'The request body terminated unexpectedly');
}

/** An IPv4 address that arrived on an IPv6 socket is written as IPv4, as policies name it. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
