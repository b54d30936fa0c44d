import { type AccountId, createUuid, type RandomBytes } from '#core/identifiers';
import type { Clock } from '#core/time';
import { escapeXml } from '#core/xml';
import {
  type Answered,
  type DataRequest,
  header,
  type RecordDataEvent,
  type WireRequest,
  type WireResponse,
} from '#pipeline';
import { type Authorizer, VerificationError, type Verified } from '#servers/authorizer';
import type { IdentityStore } from '#stores/identity';
import type { BucketObject, LocalBuckets } from '#stores/trail-store';
import { readRequest, type Wanted } from './read-request.ts';

export interface TrailBucketDoorOptions {
  /** Proves callers who sign for S3, and decides. */
  readonly authorizer: Authorizer;
  readonly identity: IdentityStore;
  readonly buckets: LocalBuckets;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly domain: string | undefined;
  /** Told of what was read, or refused, once it is answered. */
  readonly recordDataEvent: RecordDataEvent;
  /** Told of every request once it is answered. */
  readonly onAnswered: (answered: Answered) => void;
}

/** Where GetBucketLocation says that every bucket here is. */
const bucketRegion = 'us-east-1';
const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** What S3 answers where the authorizer cannot say who is calling (Amazon S3 API Reference, "Error responses"). */
const verificationFaults: Readonly<
  Record<VerificationError['code'], readonly [status: number, code: string]>
> = {
  AuthorizationQueryParametersError: [400, 'AuthorizationQueryParametersError'],
  RequestExpired: [403, 'AccessDenied'],
  MissingAuthenticationToken: [403, 'AccessDenied'],
  IncompleteSignature: [400, 'AuthorizationHeaderMalformed'],
  SignatureDoesNotMatch: [403, 'SignatureDoesNotMatch'],
  InvalidClientTokenId: [403, 'InvalidAccessKeyId'],
  ExpiredToken: [400, 'ExpiredToken'],
  ServiceUnavailable: [503, 'ServiceUnavailable'],
};

/** A refusal in S3's form. */
class S3Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** How far a request has come. */
interface Progress {
  verified?: Verified;
  wanted?: Wanted;
}

/** Answers requests for the local buckets. A bucket is the caller's account's own: one of another account is as absent as none. */
export function createTrailBucketDoor(
  options: TrailBucketDoorOptions,
): (request: WireRequest) => Promise<WireResponse<string | Uint8Array>> {
  const walk = async (
    request: WireRequest,
    requestId: string,
    progress: Progress,
  ): Promise<WireResponse<string | Uint8Array>> => {
    const verified = await verify(request, options.authorizer);
    progress.verified = verified;
    const wanted = readRequest(request, options.domain);
    if (wanted === undefined) {
      throw new S3Refusal(
        501,
        'NotImplemented',
        'The buckets of trails are for reading: GetBucketLocation, ListObjects, GetObject and HeadObject.',
      );
    }
    progress.wanted = wanted;
    authorize(verified, wanted, request, options.authorizer);
    return await answer(wanted, verified.caller.account, requestId, options);
  };

  return async (request) => {
    const [requestId, receivedAt] = [createUuid(options.random), options.clock()];
    const progress: Progress = {};
    let refusal: S3Refusal | undefined;
    let cause: unknown;
    const response = await walk(request, requestId, progress).catch((error: unknown) => {
      cause = error;
      refusal = error instanceof S3Refusal ? error : internalError();
      return refusalAnswer(refusal, requestId);
    });
    const { verified, wanted } = progress;
    const told = { requestId, receivedAt, status: response.status };
    // Of others nobody knows whose bucket they meant: each account has its own of a name.
    if (verified !== undefined && wanted !== undefined)
      options.recordDataEvent({ ...told, ...dataFacts(request, verified, wanted), ...refusedFor(refusal) });
    options.onAnswered({
      ...told,
      service: 's3',
      operation: wanted === undefined ? undefined : operationOf(wanted, request),
      ...(refusal === undefined ? {} : { refusal: refusal.code }),
      ...{ authenticated: undefined, fault: undefined, cause, encodedMessage: undefined },
    });
    return response;
  };
}

function refusedFor(refusal: S3Refusal | undefined): Pick<DataRequest, 'refusal'> {
  return refusal === undefined ? {} : { refusal: { code: refusal.code, message: refusal.message } };
}

function refusalAnswer({ status, code, message }: S3Refusal, requestId: string): WireResponse {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message><RequestId>${requestId}</RequestId></Error>`;
  return { status, headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId }, body };
}

function operationOf({ kind }: Wanted, { method }: WireRequest): string {
  if (kind === 'location') return 'GetBucketLocation';
  if (kind === 'list') return 'ListObjects';
  return method === 'HEAD' ? 'HeadObject' : 'GetObject';
}

/** What was asked for, as the record has it. */
function dataFacts(
  request: WireRequest,
  { caller, signature }: Verified,
  wanted: Wanted,
): Omit<DataRequest, 'requestId' | 'receivedAt' | 'status' | 'refusal'> {
  return {
    operation: operationOf(wanted, request),
    bucket: wanted.bucket,
    key: wanted.kind === 'object' ? wanted.key : undefined,
    query: wanted.kind === 'list' ? wanted.query : new Map(),
    requester: { ...caller, sessionToken: signature.sessionToken },
    authType: signature.form === 'header' ? 'REST-HEADER' : 'REST-QUERY-STRING',
    ownerAccount: caller.account as AccountId,
    isApart: true,
    region: bucketRegion,
    request,
  };
}

function internalError(): S3Refusal {
  return new S3Refusal(500, 'InternalError', 'We encountered an internal error. Please try again.');
}

async function verify(request: WireRequest, authorizer: Authorizer): Promise<Verified> {
  try {
    return await authorizer.verify(request);
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    const [status, code] = verificationFaults[error.code];
    throw new S3Refusal(status, code, error.message);
  }
}

/** Throws S3Refusal AccessDenied. */
function authorize(verified: Verified, wanted: Wanted, request: WireRequest, authorizer: Authorizer): void {
  const bucketArn = `arn:aws:s3:::${wanted.bucket}`;
  const question = {
    location: { action: 's3:GetBucketLocation', resource: bucketArn },
    list: { action: 's3:ListBucket', resource: bucketArn },
    object: {
      action: 's3:GetObject',
      resource: wanted.kind === 'object' ? `${bucketArn}/${wanted.key}` : bucketArn,
    },
  }[wanted.kind];
  const { allowed, message } = authorizer.authorize(verified, {
    ...question,
    ...(wanted.kind === 'list'
      ? { context: { 's3:prefix': wanted.prefix, 's3:max-keys': String(wanted.limit) } }
      : {}),
    connection: {
      sourceIp: request.sourceIp,
      secure: request.secure,
      userAgent: header(request, 'user-agent'),
      referer: header(request, 'referer'),
    },
  });
  if (!allowed) throw new S3Refusal(403, 'AccessDenied', message ?? 'Access Denied');
}

async function answer(
  wanted: Wanted,
  account: string,
  requestId: string,
  { buckets, identity }: TrailBucketDoorOptions,
): Promise<WireResponse<string | Uint8Array>> {
  const { bucket } = wanted;
  const trails = identity.state.all('trail').owned(account);
  const isThere =
    trails.some((trail) => trail.bucket === bucket) ||
    (await buckets.list(account, bucket, { prefix: '', after: '', limit: 1 })).length > 0;
  if (!isThere) throw new S3Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist');
  const xml = (text: string): WireResponse => ({
    status: 200,
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${text}`,
  });
  switch (wanted.kind) {
    case 'location':
      // Empty stands for us-east-1.
      return xml(`<LocationConstraint xmlns="${namespace}"/>`);
    case 'list': {
      const { prefix, marker: after, limit } = wanted;
      const found = await buckets.list(account, bucket, { prefix, after, limit: limit + 1 });
      return xml(listing(wanted, found));
    }
    case 'object': {
      const object = await buckets.get(account, bucket, wanted.key);
      if (object === undefined) throw new S3Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
      const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
      return {
        status: 200,
        headers: {
          'content-type': 'application/x-gzip',
          etag: `"${object.etag}"`,
          'last-modified': new Date(object.modifiedAt).toUTCString(),
          'x-amz-request-id': requestId,
          ...Object.fromEntries(metadata),
        },
        body: object.body,
      };
    }
  }
}

/** ListBucketResult (Amazon S3 API Reference, "ListObjects"); `found` has one object more than fits when there are more. */
function listing(wanted: Extract<Wanted, { kind: 'list' }>, found: readonly BucketObject[]): string {
  const { bucket, prefix, marker, limit, isUrlEncoded } = wanted;
  const write = (text: string): string =>
    escapeXml(isUrlEncoded ? encodeURIComponent(text).replaceAll('%2F', '/') : text);
  const shown = found.slice(0, limit);
  const contents = shown.map(
    ({ key, size, etag, modifiedAt }) =>
      `<Contents><Key>${write(key)}</Key><LastModified>${new Date(modifiedAt).toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  return [
    `<ListBucketResult xmlns="${namespace}"><Name>${escapeXml(bucket)}</Name>`,
    `<Prefix>${write(prefix)}</Prefix><Marker>${write(marker)}</Marker><MaxKeys>${limit}</MaxKeys>`,
    isUrlEncoded ? '<EncodingType>url</EncodingType>' : '',
    `<IsTruncated>${found.length > shown.length}</IsTruncated>`,
    ...contents,
    '</ListBucketResult>',
  ].join('');
}
