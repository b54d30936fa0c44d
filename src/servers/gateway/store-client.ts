import { Agent, type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { type S3Request, upstreamTarget } from '#core/s3';
import { type SigningCredentials, signRequest } from '#core/sigv4';
import type { Clock } from '#core/time';

/** Where the objects really are, and the key that opens it. */
export interface StoreSettings {
  /** Scheme, host and port. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: SigningCredentials;
  readonly addressing: 'path' | 'virtual-host';
}

/** A request as it goes to the store, but for what it takes to sign it. */
export interface StoreRequest {
  readonly request: S3Request;
  readonly headers: ReadonlyMap<string, string>;
  /** Absent for a request without body. */
  readonly contentLength?: number;
  /** Hex SHA-256 of the body, or `UNSIGNED-PAYLOAD` for one that is not known yet. */
  readonly bodySha256: string;
  readonly expectContinue?: boolean;
}

const idleTimeoutMs = 60_000;
const mostConnections = 512;

/** Sends requests to the store, over connections that are kept. */
export interface StoreClient {
  /** Begins a request; the caller writes the body and ends it. */
  begin(request: StoreRequest): ClientRequest;
  close(): void;
}

export function createStoreClient(settings: StoreSettings, clock: Clock): StoreClient {
  const { endpoint, region, credentials, addressing } = settings;
  const url = new URL(endpoint);
  const isTls = url.protocol === 'https:';
  const limits = { keepAlive: true, maxSockets: mostConnections };
  const agent = isTls ? new TlsAgent(limits) : new Agent(limits);
  return {
    begin({ request, headers, contentLength, bodySha256, expectContinue }) {
      const isVirtual = addressing === 'virtual-host' && request.bucket !== undefined;
      const host = isVirtual ? `${request.bucket}.${url.host}` : url.host;
      const target = upstreamTarget(request, isVirtual ? 'virtual-host' : 'path');
      const { rawHeaders } = signRequest(
        {
          method: request.method,
          target,
          rawHeaders: ['host', host, ...[...headers].flat()],
          bodySha256,
        },
        { credentials, region, service: 's3', now: clock(), uriEncoding: 'once' },
      );
      const outgoing = (isTls ? requestTls : requestPlain)({
        agent,
        hostname: isVirtual ? `${request.bucket}.${url.hostname}` : url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port === '' ? (isTls ? 443 : 80) : url.port,
        method: request.method,
        path: target,
        headers: [
          ...rawHeaders,
          ...(contentLength === undefined ? [] : ['content-length', String(contentLength)]),
          ...(expectContinue === true ? ['expect', '100-continue'] : []),
        ],
        setDefaultHeaders: false,
      });
      outgoing.setTimeout(idleTimeoutMs, () => outgoing.destroy(new Error('the store is silent')));
      return outgoing;
    },
    close: () => agent.destroy(),
  };
}

/** The store's answer. Rejects when there is none. */
export function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.once('close', () => reject(new Error('the store closed the connection')));
  });
}

/** The whole body of an answer. Rejects when it is longer than `most` bytes or is cut. */
export async function readAnswer(answer: IncomingMessage, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) {
      answer.destroy();
      throw new Error('the answer of the store is too long');
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
