import type { AccountId } from '#core/identifiers';
import { type S3Request, S3RequestError } from '#core/s3';
import { escapeXml } from '#core/xml';
import type { Requester } from '#servers/authorizer';
import { type Behalf, BucketRefused, type KnownBucket } from './buckets.ts';
import type { Work } from './handle-request.ts';
import { checkAnswer, readWhole, relayAnswer } from './relay.ts';
import { answerOf, readAnswer } from './store-client.ts';

const longestPolicyBytes = 20_480;
const longestListBytes = 16_777_216;
const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** The caller, who must be one: of the operations here none is for everybody. */
function requesterOf({ asker }: Work): Requester {
  if (asker.requester === undefined) throw new S3RequestError('AccessDenied');
  return asker.requester;
}

function behalfOf(work: Work): Behalf {
  const { method, target, rawHeaders, sourceIp, secure } = work.exchange;
  const { sessionToken } = work.asker;
  return { requester: requesterOf(work), sessionToken, method, target, rawHeaders, sourceIp, secure };
}

function nameOf({ bucket }: S3Request): string {
  if (bucket === undefined) throw new S3RequestError('InvalidBucketName');
  return bucket;
}

/** The buckets of the caller's account, of those that the store has. */
export async function listBuckets(work: Work): Promise<void> {
  const { request, store, registry, exchange } = work;
  const { account } = requesterOf(work).caller;
  const plain: S3Request = { ...request, query: new Map(), headers: new Map() };
  const outgoing = store.begin({ request: plain, headers: new Map(), bodySha256: emptySha256 });
  outgoing.end();
  const answer = await answerOf(outgoing);
  checkAnswer(answer);
  if (answer.statusCode !== 200) {
    await relayAnswer(answer, exchange.response);
    return;
  }
  const text = (await readAnswer(answer, longestListBytes)).toString();
  const prefix = request.query.get('prefix') ?? '';
  const own: string[] = [];
  for (const [, element = ''] of text.matchAll(/<Bucket>(.*?)<\/Bucket>/gs)) {
    const name = /<Name>([a-z0-9.-]+)<\/Name>/.exec(element)?.[1];
    if (name === undefined || !name.startsWith(prefix)) continue;
    if ((await registry.find(name)).account !== account) continue;
    const created = /<CreationDate>([0-9TZ:.-]+)<\/CreationDate>/.exec(element)?.[0] ?? '';
    own.push(`<Bucket><Name>${name}</Name>${created}</Bucket>`);
  }
  const owner = `<Owner><ID>${escapeXml(account)}</ID></Owner>`;
  work.answerXml(
    200,
    `<ListAllMyBucketsResult xmlns="${namespace}">${owner}<Buckets>${own.join('')}</Buckets></ListAllMyBucketsResult>`,
  );
}

/**
 * Makes a bucket that belongs to the caller's account. One that the store already has is somebody's, whatever the store would answer: else
 * whoever may make buckets could make others' their own.
 */
export async function createBucket(work: Work): Promise<void> {
  const { request, store, registry, known, ownerAccount } = work;
  const bucket = nameOf(request);
  const account = requesterOf(work).caller.account as AccountId;
  const taken = (owner: string): S3RequestError =>
    new S3RequestError(owner === account ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists', undefined, {
      BucketName: bucket,
    });
  const before = known.get(bucket);
  if (before?.isRegistered === true) throw taken(before.account);
  const head: S3Request = { ...request, operation: 'HeadBucket', method: 'HEAD', headers: new Map() };
  const asking = store.begin({ request: head, headers: new Map(), bodySha256: emptySha256 });
  asking.end();
  const found = await answerOf(asking);
  found.resume();
  if ((found.statusCode ?? 500) >= 500) throw new S3RequestError('ServiceUnavailable');
  if (found.statusCode !== 404) throw taken(ownerAccount);
  const behalf = behalfOf(work);
  try {
    await registry.create(bucket, account, behalf);
  } catch (error) {
    if (error instanceof BucketRefused && error.code === 'BucketAlreadyExists')
      throw new S3RequestError('BucketAlreadyExists', undefined, { BucketName: bucket });
    throw error;
  }
  let isMade = false;
  try {
    const answer = await work.forward();
    isMade = (answer.statusCode ?? 0) < 300;
    if (!isMade) await registry.delete(bucket, account, behalf);
    await relayAnswer(answer, work.exchange.response);
  } catch (error) {
    if (!isMade) await registry.delete(bucket, account, behalf);
    throw error;
  }
}

/** Deletes a bucket and forgets whose it was. */
export async function deleteBucket(work: Work): Promise<void> {
  const bucket = nameOf(work.request);
  const owned = ownedBucket(work, bucket);
  const answer = await work.forward();
  const status = answer.statusCode ?? 0;
  if ((status >= 200 && status < 300) || status === 404)
    await work.registry.delete(bucket, owned.account, behalfOf(work));
  await relayAnswer(answer, work.exchange.response);
}

function ownedBucket({ known }: Work, bucket: string): KnownBucket {
  const found = known.get(bucket);
  if (found === undefined) throw new S3RequestError('NoSuchBucket', undefined, { BucketName: bucket });
  return found;
}

/** PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy and GetBucketPolicyStatus, answered without the store. */
export async function serveBucketPolicy(work: Work): Promise<void> {
  const { request, registry, exchange } = work;
  const bucket = nameOf(request);
  const { account, policy, shownPolicy } = ownedBucket(work, bucket);
  // No policy lets another account see or change it (Amazon S3 API Reference, "PutBucketPolicy").
  if (requesterOf(work).caller.account !== account) throw new S3RequestError('MethodNotAllowed');
  switch (request.operation) {
    case 'PutBucketPolicy': {
      const document = (await readWhole(exchange, work.openPayload(), longestPolicyBytes)).toString();
      try {
        checkResources(document, bucket);
        await registry.putPolicy(bucket, account, document, behalfOf(work));
      } catch (error) {
        if (error instanceof BucketRefused && error.code === 'MalformedPolicy')
          throw new S3RequestError('MalformedPolicy', error.message);
        throw error;
      }
      exchange.response.writeHead(204).end();
      return;
    }
    case 'DeleteBucketPolicy':
      await registry.deletePolicy(bucket, account, behalfOf(work));
      exchange.response.writeHead(204).end();
      return;
    default: {
      if (policy === undefined || shownPolicy === undefined)
        throw new S3RequestError('NoSuchBucketPolicy', undefined, { BucketName: bucket });
      if (request.operation === 'GetBucketPolicyStatus') {
        const isPublic = policy.policy.document.statements.some(
          ({ effect, principal }) =>
            effect === 'Allow' && principal?.values.some(({ value }) => value === '*'),
        );
        work.answerXml(
          200,
          `<PolicyStatus xmlns="${namespace}"><IsPublic>${isPublic}</IsPublic></PolicyStatus>`,
        );
        return;
      }
      const shown = shownPolicy();
      exchange.response
        .writeHead(200, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(shown),
        })
        .end(shown);
    }
  }
}

/** The resources of a bucket's policy are the bucket and what is in it. Throws S3RequestError MalformedPolicy. */
function checkResources(document: string, bucket: string): void {
  for (const resource of resourcesOf(document)) {
    const name = /^arn:[^:]+:s3:::([^/]*)/.exec(resource)?.[1];
    if (
      resource !== '*' &&
      name !== undefined &&
      name !== bucket &&
      !name.includes('*') &&
      !name.includes('?')
    )
      throw new S3RequestError('MalformedPolicy', 'Policy has invalid resource');
  }
}

function resourcesOf(document: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    throw new S3RequestError('MalformedPolicy');
  }
  const statements = (value as { readonly Statement?: unknown } | null)?.Statement;
  return [statements].flat().flatMap((statement) => {
    const resource = (statement as { readonly Resource?: unknown } | null | undefined)?.Resource;
    return [resource].flat().filter((one) => typeof one === 'string');
  });
}
