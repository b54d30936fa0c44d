import type { Connection } from '#services/operation';
import { header, type WireRequest } from '../exchange.ts';
import type { Sender } from './authenticate.ts';

/** What a request tells of its connection. */
export function connectionOf(
  request: WireRequest,
  { requestedRegion }: Pick<Sender, 'requestedRegion'>,
): Connection {
  return {
    requestedRegion,
    sourceIp: request.sourceIp,
    secure: request.secure,
    userAgent: header(request, 'user-agent'),
    referer: header(request, 'referer'),
  };
}
