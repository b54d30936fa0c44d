import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AccountId } from '#core/identifiers';
import {
  bodyLimitBytes,
  type EmptySegments,
  encodeDeleteBody,
  multiDeleteQuestions,
  parseS3Body,
  parseS3Request,
  type S3Body,
  type S3Facts,
  type S3Request,
  S3RequestError,
  s3Questions,
  upstreamHeaders,
} from '#core/s3';
import { hashBody } from '#core/sigv4';
import type { Clock } from '#core/time';
import { escapeXml } from '#core/xml';
import type { Authorizer } from '#servers/authorizer';
import { type Asker, authenticate } from './authenticate.ts';
import { createBucket, deleteBucket, listBuckets, serveBucketPolicy } from './bucket-operations.ts';
import type { BucketRegistry, KnownBucket } from './buckets.ts';
import { type DecisionPorts, decide, demand } from './decide.ts';
import { checkFraming, type Exchange, readBody } from './exchange.ts';
import { openPayload, type Payload } from './payload.ts';
import { postObject } from './post-object.ts';
import { answerHeaders, checkAnswer, readWhole, relayAnswer, sendBytes } from './relay.ts';
import { answerOf, readAnswer, type StoreClient } from './store-client.ts';

/** What the gateway works with. */
export interface GatewayPorts {
  readonly authorizer: Authorizer;
  readonly registry: BucketRegistry;
  readonly store: StoreClient;
  readonly clock: Clock;
  /** Whose the buckets are that no gateway made. */
  readonly ownerAccount: AccountId;
  /** The Region of the store, for requests that name none. */
  readonly region: string;
  /** The gateway's own domain, under which `BUCKET.DOMAIN` names a bucket. */
  readonly domain?: string | undefined;
  readonly emptySegments: EmptySegments;
}

/** How far a request came, for the log and the audit record. */
export interface GatewayProgress {
  operation?: string;
  bucket?: string;
  key?: string;
  caller?: string;
  request?: S3Request;
  asker?: Asker;
}

/** A request that is allowed, and what it takes to do it. */
export interface Work extends GatewayPorts {
  readonly exchange: Exchange;
  readonly request: S3Request;
  readonly asker: Asker;
  readonly known: ReadonlyMap<string, KnownBucket>;
  readonly openPayload: () => Payload;
  /** Sends the request to the store, with a body that fits into memory. */
  readonly forward: () => Promise<IncomingMessage>;
  readonly answerXml: (status: number, xml: string) => void;
}

const longestBodyBytes = 4_194_304;
const longestDeleteAnswerBytes = 16_777_216;
/** What is read of a body before anything is decided, of senders who have proven nothing: many of them must not fill the memory. */
const longestUnprovenBytes = 65_536;
/** From here on the store is asked whether it wants a body before it is sent. */
const continueFromBytes = 1_048_576;
const streamed: ReadonlySet<string> = new Set(['PutObject', 'UploadPart']);

/** Answers one request. Rejects with S3RequestError, PayloadError, BucketRefused, or what nobody planned for. */
export async function handleRequest(
  exchange: Exchange,
  given: GatewayPorts,
  progress: GatewayProgress,
): Promise<void> {
  const ports: GatewayPorts = { ...given, store: endWith(exchange, given.store) };
  checkFraming(exchange);
  const { method, target, rawHeaders, headers } = exchange;
  const request = parseS3Request(
    { method, target, rawHeaders, host: headers.get('host') ?? '' },
    { emptySegments: ports.emptySegments, ...(ports.domain === undefined ? {} : { domain: ports.domain }) },
  );
  Object.assign(progress, { operation: request.operation, bucket: request.bucket, key: request.key });
  if (request.operation === 'PostObject') {
    await postObject(exchange, request, ports, progress);
    return;
  }
  progress.request = request;
  const asker = await authenticate(exchange, ports.authorizer, ports.region);
  progress.asker = asker;
  if (asker.requester !== undefined) progress.caller = asker.requester.caller.arn;
  else checkUnsigned(request);
  const known = await findBuckets(request, ports.registry);
  checkExpectedOwners(request, known);
  const open = (): Payload => openBody(exchange, request, asker);
  const body = await readDecisiveBody(exchange, request, asker, ports, open);
  const facts = factsOf(request, asker, known, ports.clock(), body);
  const decision: DecisionPorts = { authorizer: ports.authorizer, asker, exchange, buckets: known };
  const work: Work = {
    ...ports,
    exchange,
    request,
    asker,
    known,
    openPayload: open,
    forward: async () =>
      body === undefined
        ? await forward(request, await readPlainBody(exchange, request, open), ports.store)
        : await forwardXml(request, body.xml, ports.store),
    answerXml: (status, xml) => answerXml(exchange, status, xml),
  };
  if (body?.kind === 'delete') {
    await deleteObjects(work, body, facts, decision);
    return;
  }
  demand(s3Questions(request, facts), decision);
  await doWork(work);
}

/** The store, whose requests end when the client goes away before it is answered. */
function endWith({ response }: Exchange, store: StoreClient): StoreClient {
  return {
    ...store,
    begin(request) {
      const outgoing = store.begin(request);
      const gone = (): void => {
        if (!response.writableFinished) outgoing.destroy(new Error('the client went away'));
      };
      response.once('close', gone);
      outgoing.once('close', () => response.off('close', gone));
      return outgoing;
    },
  };
}

async function doWork(work: Work): Promise<void> {
  const { request, exchange } = work;
  switch (request.operation) {
    case 'ListBuckets':
      return await listBuckets(work);
    case 'CreateBucket':
      return await createBucket(work);
    case 'DeleteBucket':
      return await deleteBucket(work);
    case 'GetBucketPolicy':
    case 'PutBucketPolicy':
    case 'DeleteBucketPolicy':
    case 'GetBucketPolicyStatus':
      return await serveBucketPolicy(work);
    default: {
      const answer = streamed.has(request.operation) ? await stream(work) : await work.forward();
      await relayAnswer(answer, exchange.response);
    }
  }
}

/** What the policies of a request's buckets say. Everything is looked up before anything is decided. */
export async function findBuckets(
  request: S3Request,
  registry: BucketRegistry,
): Promise<ReadonlyMap<string, KnownBucket>> {
  const known = new Map<string, KnownBucket>();
  for (const name of [request.bucket, request.copySource?.bucket])
    if (name !== undefined) known.set(name, await registry.find(name));
  return known;
}

/** A client that says whose a bucket must be is refused when it is another's. */
function checkExpectedOwners(request: S3Request, known: ReadonlyMap<string, KnownBucket>): void {
  for (const [header, bucket] of [
    ['x-amz-expected-bucket-owner', request.bucket],
    ['x-amz-source-expected-bucket-owner', request.copySource?.bucket],
  ] as const) {
    const expected = request.headers.get(header);
    const owner = bucket === undefined ? undefined : known.get(bucket)?.account;
    if (expected !== undefined && expected !== owner) throw new S3RequestError('AccessDenied');
  }
}

/**
 * Nobody may choose the headers of an answer for others: a link to a public picture could make a page of it, with scripts, in the gateway's
 * name (Amazon S3 API Reference, "GetObject", Overriding response header values).
 */
function checkUnsigned({ query }: S3Request): void {
  if ([...query.keys()].some((name) => name.startsWith('response-')))
    throw new S3RequestError(
      'InvalidRequest',
      'Request specific response headers cannot be used for anonymous GET requests.',
    );
}

function openBody(exchange: Exchange, request: S3Request, asker: Asker): Payload {
  const headers = new Map([...exchange.headers, ...request.headers]);
  // A request without either header has no body (RFC 9112 §6.3); an upload must say so itself.
  const isBodiless = !headers.has('content-length') && !headers.has('transfer-encoding');
  if (isBodiless && !streamed.has(request.operation)) headers.set('content-length', '0');
  return openPayload({
    headers,
    checksumIsOfBody: request.operation !== 'CompleteMultipartUpload',
    ...(asker.signature === undefined ? {} : { signature: asker.signature }),
    ...(asker.requester === undefined ? {} : { signingKey: asker.requester.known.signingKey }),
  });
}

async function readDecisiveBody(
  exchange: Exchange,
  request: S3Request,
  asker: Asker,
  { emptySegments }: GatewayPorts,
  open: () => Payload,
): Promise<S3Body | undefined> {
  const limit = bodyLimitBytes(request);
  if (limit === undefined) return undefined;
  const most = asker.requester === undefined ? Math.min(limit, longestUnprovenBytes) : limit;
  return parseS3Body(request, await readWhole(exchange, open(), most), { emptySegments });
}

export function factsOf(
  request: S3Request,
  asker: Asker,
  known: ReadonlyMap<string, KnownBucket>,
  now: number,
  body?: S3Body,
): S3Facts {
  const { requester, signature, authType } = asker;
  const owner =
    request.operation === 'CreateBucket'
      ? requester?.caller.account
      : request.bucket === undefined
        ? undefined
        : known.get(request.bucket)?.account;
  if (request.operation === 'CreateBucket' && owner === undefined) throw new S3RequestError('AccessDenied');
  const sourceOwner =
    request.copySource === undefined ? undefined : known.get(request.copySource.bucket)?.account;
  return {
    now,
    ...(owner === undefined ? {} : { ownerAccount: owner }),
    ...(sourceOwner === undefined ? {} : { copySourceOwnerAccount: sourceOwner }),
    ...(authType === undefined ? {} : { authType, signatureVersion: 'AWS4-HMAC-SHA256' }),
    ...(signature === undefined ? {} : { signedAt: signature.instant }),
    ...(signature?.contentSha256 === undefined ? {} : { contentSha256: signature.contentSha256 }),
    ...(body === undefined ? {} : { body }),
  };
}

/** Headers that concern the gateway alone, or the form in which the body came to it. */
const keptBack: ReadonlySet<string> = new Set([
  'x-amz-expected-bucket-owner',
  'x-amz-request-payer',
  'x-amz-source-expected-bucket-owner',
]);

/** The headers of a request as they go to the store. */
export function storeHeaders(request: S3Request): Map<string, string> {
  const headers = new Map([...upstreamHeaders(request)].filter(([name]) => !keptBack.has(name)));
  const coding = headers.get('content-encoding');
  if (coding === undefined) return headers;
  const others = coding
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one.toLowerCase() !== 'aws-chunked' && one !== '');
  if (others.length === 0) headers.delete('content-encoding');
  else headers.set('content-encoding', others.join(','));
  return headers;
}

async function stream({ exchange, request, store, openPayload: open }: Work): Promise<IncomingMessage> {
  const payload = open();
  const headers = storeHeaders(request);
  // The store would wait for a checksum that came in the trailer.
  if (exchange.headers.has('x-amz-trailer')) headers.delete('x-amz-sdk-checksum-algorithm');
  const awaitsContinue = payload.length >= continueFromBytes;
  return await sendBytes(
    readBody(exchange),
    payload,
    () =>
      store.begin({
        request,
        headers,
        contentLength: payload.length,
        bodySha256: 'UNSIGNED-PAYLOAD',
        expectContinue: awaitsContinue,
      }),
    awaitsContinue,
  );
}

async function readPlainBody(
  exchange: Exchange,
  request: S3Request,
  open: () => Payload,
): Promise<Buffer | undefined> {
  if (request.method !== 'PUT' && request.method !== 'POST') return undefined;
  return await readWhole(exchange, open(), longestBodyBytes);
}

/** Sends a request with a body as it came, if it has one. */
async function forward(
  request: S3Request,
  body: Buffer | undefined,
  store: StoreClient,
): Promise<IncomingMessage> {
  return await send(request, storeHeaders(request), body, store);
}

/** Sends a request with a body that was written anew, and digests of it in place of the client's. */
async function forwardXml(request: S3Request, xml: string, store: StoreClient): Promise<IncomingMessage> {
  const body = Buffer.from(xml);
  const headers = new Map(
    [...storeHeaders(request)].filter(
      ([name]) => !name.startsWith('x-amz-checksum-') && name !== 'x-amz-sdk-checksum-algorithm',
    ),
  );
  if (body.length > 0) headers.set('content-md5', createHash('md5').update(body).digest('base64'));
  else headers.delete('content-md5');
  return await send(request, headers, body, store);
}

async function send(
  request: S3Request,
  headers: ReadonlyMap<string, string>,
  body: Buffer | undefined,
  store: StoreClient,
): Promise<IncomingMessage> {
  const outgoing = store.begin({
    request,
    headers,
    bodySha256: hashBody(body ?? new Uint8Array()),
    ...(body === undefined ? {} : { contentLength: body.length }),
  });
  const answer = answerOf(outgoing);
  outgoing.end(body);
  return await answer;
}

async function deleteObjects(
  work: Work,
  body: Extract<S3Body, { kind: 'delete' }>,
  facts: S3Facts,
  decision: DecisionPorts,
): Promise<void> {
  const { request, exchange, store } = work;
  const errors: string[] = [];
  const allowed = multiDeleteQuestions(request, body.entries, facts).flatMap(({ entry, questions }) => {
    const denied = decide(questions, decision);
    if (denied === undefined) return [entry];
    const version =
      entry.versionId === undefined ? '' : `<VersionId>${escapeXml(entry.versionId)}</VersionId>`;
    errors.push(
      `<Error><Key>${escapeXml(entry.key)}</Key>${version}<Code>AccessDenied</Code><Message>${escapeXml(denied)}</Message></Error>`,
    );
    return [];
  });
  if (allowed.length === 0) {
    answerXml(
      exchange,
      200,
      `<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${errors.join('')}</DeleteResult>`,
    );
    return;
  }
  const answer = await forwardXml(request, encodeDeleteBody(allowed, body.isQuiet), store);
  if (errors.length === 0 || answer.statusCode !== 200) {
    await relayAnswer(answer, exchange.response);
    return;
  }
  checkAnswer(answer);
  const text = (await readAnswer(answer, longestDeleteAnswerBytes)).toString();
  const merged = mergeErrors(text, errors.join(''));
  const kept = answerHeaders(answer).filter((name, index, all) => {
    const header = (index % 2 === 0 ? name : (all[index - 1] ?? '')).toLowerCase();
    return header !== 'content-length' && header !== 'content-type';
  });
  for (let index = 0; index + 1 < kept.length; index += 2)
    exchange.response.setHeader(kept[index] ?? '', kept[index + 1] ?? '');
  answerXml(exchange, 200, merged);
}

/** The store's result with the denials of the gateway in it. */
function mergeErrors(text: string, errors: string): string {
  const result = text.replace(/^<\?xml[^>]*\?>\s*/, '');
  const empty = /^<DeleteResult([^>]*)\/>\s*$/.exec(result);
  if (empty !== null) return `<DeleteResult${empty[1]}>${errors}</DeleteResult>`;
  const end = result.lastIndexOf('</DeleteResult>');
  if (end < 0) throw new Error('the answer of the store is no DeleteResult');
  return `${result.slice(0, end)}${errors}</DeleteResult>`;
}

function answerXml({ response }: Exchange, status: number, xml: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`;
  response
    .writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
