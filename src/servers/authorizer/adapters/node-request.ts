import type { IncomingMessage } from 'node:http';
import type { AccessQuestion } from '../authorizer.ts';
import type { GuardedRequest } from './guard.ts';

/** A request of `node:http`; Express keeps the whole target beside the one it cuts at mount points. */
export type NodeRequest = IncomingMessage & { readonly originalUrl?: string };

export function describeRequest(request: NodeRequest): GuardedRequest {
  return {
    method: request.method ?? '',
    target: request.originalUrl ?? request.url ?? '',
    rawHeaders: request.rawHeaders,
  };
}

/** The address is the peer's: what a header says of it, anybody can say. */
export function describeConnection(request: NodeRequest): AccessQuestion['connection'] {
  const address = request.socket.remoteAddress;
  return {
    // An IPv4 address that arrived on an IPv6 socket is written as IPv4, as policies name it.
    sourceIp: address?.startsWith('::ffff:') === true && address.includes('.') ? address.slice(7) : address,
    secure: 'encrypted' in request.socket && request.socket.encrypted === true,
    userAgent: request.headers['user-agent'],
    referer: request.headers.referer,
  };
}
