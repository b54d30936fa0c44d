import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { S3RequestError } from '#core/s3';
import { PayloadError } from '#core/sigv4';
import { type Exchange, readBody } from './exchange.ts';
import type { Payload } from './payload.ts';
import { answerOf } from './store-client.ts';

/** Headers of the store's answer that end at the gateway: those of one connection (RFC 9110 §7.6.1), and those that it writes itself. */
const withheld: ReadonlySet<string> = new Set([
  'connection',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'server',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amz-id-2',
  'x-amz-request-id',
]);

/** The headers of the store's answer that go on to the client. */
export function answerHeaders(answer: IncomingMessage): readonly string[] {
  const named = new Set((answer.headers.connection ?? '').toLowerCase().split(/[ \t]*,[ \t]*/));
  const kept: string[] = [];
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (!withheld.has(lower) && !named.has(lower)) kept.push(name, answer.rawHeaders[index + 1] ?? '');
  }
  return kept;
}

/**
 * Refuses an answer that is about the gateway's own standing with the store: it would show the client the store's key, or send it elsewhere.
 * Throws S3RequestError.
 */
export function checkAnswer(answer: IncomingMessage): void {
  const status = answer.statusCode ?? 0;
  const isRedirection = status >= 300 && status < 400 && status !== 304;
  if (status !== 401 && status !== 403 && !isRedirection && status >= 200) return;
  answer.resume();
  if (status === 401 || status === 403)
    throw new S3RequestError('AccessDenied', 'The store behind the gateway refused the request.');
  throw new S3RequestError('InternalError', 'The store behind the gateway is elsewhere.');
}

/** Streams the store's answer to the client. */
export async function relayAnswer(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  checkAnswer(answer);
  response.writeHead(answer.statusCode ?? 502, [
    ...answerHeaders(answer),
    'x-amz-request-id',
    requestIdOf(response),
  ]);
  await pipeline(answer, response);
}

function requestIdOf(response: ServerResponse): string {
  return String(response.getHeader('x-amz-request-id'));
}

/**
 * Streams a body to the store and gives the store's answer back.
 * INVARIANT: the last byte leaves only once the whole body is proven; else the request is cut, and the store, which was told the length,
 * keeps nothing of it.
 */
export async function sendBytes(
  body: AsyncIterable<Uint8Array>,
  payload: Payload,
  begin: () => ClientRequest,
  awaitsContinue = false,
): Promise<IncomingMessage> {
  if (payload.length === 0) {
    // There is no byte to hold back: the proof comes before the head.
    await prove(payload, body);
    const outgoing = begin();
    outgoing.end();
    return await answerOf(outgoing);
  }
  const outgoing = begin();
  let early: IncomingMessage | undefined;
  const answer = answerOf(outgoing).then((received) => {
    early = received;
    return received;
  });
  // It is awaited in the end; until then its failure is that of the writing.
  answer.catch(() => undefined);
  try {
    if (awaitsContinue) await continued(outgoing, answer);
    let held: Uint8Array | undefined;
    for await (const bytes of body) {
      if (early !== undefined) return refusedEarly(early, outgoing);
      for (const piece of payload.push(bytes)) {
        if (held !== undefined && !outgoing.write(held)) await drained(outgoing, answer);
        held = piece;
      }
    }
    payload.end();
    outgoing.end(held);
  } catch (error) {
    if (early !== undefined && !(error instanceof S3RequestError || error instanceof PayloadError))
      return refusedEarly(early, outgoing);
    outgoing.destroy();
    throw error;
  }
  return await answer;
}

/** The store answered before it had the body: it may refuse it, nothing else. */
function refusedEarly(answer: IncomingMessage, outgoing: ClientRequest): IncomingMessage {
  if ((answer.statusCode ?? 0) >= 400) {
    // The answer is read to its end; the connection is not used again.
    answer.once('close', () => outgoing.destroy());
    return answer;
  }
  outgoing.destroy();
  throw new Error('the store answered before it had the whole body');
}

async function prove(payload: Payload, body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const bytes of body) payload.push(bytes);
  payload.end();
}

/** The whole body of a request, proven. Throws S3RequestError when it is longer than `most` bytes. */
export async function readWhole(exchange: Exchange, payload: Payload, most: number): Promise<Buffer> {
  if (payload.length > most) throw new S3RequestError('MaxMessageLengthExceeded');
  const pieces: Uint8Array[] = [];
  for await (const bytes of readBody(exchange)) pieces.push(...payload.push(bytes));
  payload.end();
  return Buffer.concat(pieces);
}

const continueTimeoutMs = 1000;

/** Waits until the store wants the body or refuses it; one that says nothing within a second wants it (RFC 9110 §10.1.1). */
function continued(outgoing: ClientRequest, answer: Promise<IncomingMessage>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, continueTimeoutMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    outgoing.once('continue', done);
    answer.then(done, done);
    outgoing.flushHeaders();
  });
}

/** Waits until more can be written, or an answer says that it need not. Rejects when the store is gone. */
function drained(outgoing: ClientRequest, answer: Promise<IncomingMessage>): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      outgoing.off('drain', done);
      resolve();
    };
    outgoing.once('drain', done);
    answer.then(done, reject);
  });
}

/** What went wrong with a body, in S3's codes. */
export function asPayloadError(error: unknown): unknown {
  return error instanceof PayloadError ? new S3RequestError(error.code, error.message) : error;
}
