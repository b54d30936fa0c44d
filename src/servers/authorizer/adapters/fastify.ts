import { Readable } from 'node:stream';
import { type Admitted, admit, type GuardOptions } from './guard.ts';
import { describeConnection, describeRequest, type NodeRequest } from './node-request.ts';
import { encodeRefusal, Refusal } from './refusal.ts';

/** As much of Fastify as is needed. */
export interface FastifyLike {
  decorateRequest(name: string, value: null): unknown;
  addHook(
    name: 'preParsing',
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, payload: Readable) => Promise<unknown>,
  ): unknown;
}

export interface FastifyRequestLike {
  readonly raw: NodeRequest;
  brevet?: Admitted | null;
}

export interface FastifyReplyLike {
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(body: string): unknown;
}

/**
 * Guards every route of a Fastify instance that is registered after it, before the body is parsed: parsers then read the very bytes that
 * were signed, and `request.brevet` says who sent them.
 */
export function guardFastify(server: FastifyLike, options: GuardOptions): void {
  server.decorateRequest('brevet', null);
  server.addHook('preParsing', async (request, reply, payload) => {
    const { raw } = request;
    try {
      const admitted = await admit(
        options,
        describeRequest(raw),
        payload.iterator({ destroyOnReturn: false }),
        describeConnection(raw),
      );
      request.brevet = admitted;
      return Object.assign(Readable.from([admitted.body]), { receivedEncodedLength: admitted.body.length });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, headers, body } = encodeRefusal(error, raw.headers.accept);
      reply.code(status);
      reply.headers({ ...headers });
      reply.send(body);
      return reply;
    }
  });
}
