import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as s3 from '@aws-sdk/client-s3';
import { HttpResponse } from '@smithy/protocol-http';
import {
  bodyLimitBytes,
  parseS3Body,
  parseS3Request,
  type S3OperationName,
  s3OperationNames,
  upstreamTarget,
} from '#core/s3';

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Members that operations need to be told apart or to be sent at all; the SDK leaves out those that an operation does not have. */
const input = {
  Bucket: 'photos',
  Key: 'a b/ä+c',
  UploadId: 'u/1',
  PartNumber: 3,
  Id: 'one',
  CopySource: 'other/b%20c',
  RenameSource: '/photos/b',
  ObjectAttributes: ['ETag', 'ObjectSize'],
  Delete: { Objects: [{ Key: 'x<&>' }, { Key: 'y', VersionId: 'v' }], Quiet: true },
  Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] },
  Retention: { Mode: 'GOVERNANCE', RetainUntilDate: new Date('2026-12-04T16:00:00Z') },
  LegalHold: { Status: 'ON' },
  RestoreRequest: { Days: 1, GlacierJobParameters: { Tier: 'Standard' } },
  CreateBucketConfiguration: { LocationConstraint: 'eu-west-1', Tags: [{ Key: 'k', Value: 'v' }] },
  ReplicationConfiguration: {
    Role: 'arn:aws:iam::111122223333:role/r',
    Rules: [{ Status: 'Enabled', Destination: { Bucket: 'arn:aws:s3:::other' } }],
  },
  InventoryConfiguration: {
    Id: 'one',
    IsEnabled: true,
    Destination: { S3BucketDestination: { Bucket: 'arn:aws:s3:::other', Format: 'CSV' } },
    IncludedObjectVersions: 'All',
    OptionalFields: ['Size'],
    Schedule: { Frequency: 'Daily' },
  },
  VersionId: 'v1',
  Prefix: 'a/',
  ContinuationToken: 't',
};

/** The members of the input that would make another operation of one. */
const leftOut: Partial<Readonly<Record<S3OperationName, readonly string[]>>> = {
  GetObject: ['PartNumber'],
  HeadObject: ['PartNumber'],
  ListParts: ['PartNumber'],
  PutObject: ['Tagging'],
  CopyObject: ['Tagging'],
  CreateMultipartUpload: ['Tagging'],
  SelectObjectContent: ['Prefix'],
};

async function send(operation: string, value: object): Promise<Sent> {
  let sent: Sent | undefined;
  const client = new s3.S3Client({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4594',
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    requestHandler: {
      handle: async (request: Sent): Promise<object> => {
        sent = request;
        return { response: new HttpResponse({ statusCode: 200, headers: {}, body: Buffer.alloc(0) }) };
      },
    } as never,
  });
  const Command = (s3 as unknown as Record<string, new (value: object) => never>)[`${operation}Command`];
  assert(Command !== undefined, operation);
  try {
    await client.send(new Command(value));
  } catch (error) {
    // The answer is empty, which some operations cannot read; what was sent is all that matters.
    if (sent === undefined) throw error;
  }
  assert(sent !== undefined);
  return sent;
}

function targetOf({ path, query = {} }: Sent): string {
  const parts = Object.entries(query).map(([name, value]) =>
    value === null
      ? encodeURIComponent(name)
      : `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`;
}

describe('the AWS SDK for JavaScript', () => {
  // What no SDK sends, what goes to hosts of its own, and what first opens a session of a directory bucket.
  const unsent = new Set<S3OperationName>([
    'PostObject',
    'WriteGetObjectResponse',
    'CreateSession',
    'ListDirectoryBuckets',
  ]);
  for (const operation of s3OperationNames) {
    if (unsent.has(operation)) continue;
    test(`sends ${operation} so that it is recognised`, async () => {
      const omitted = leftOut[operation] ?? [];
      const value = Object.fromEntries(Object.entries(input).filter(([name]) => !omitted.includes(name)));
      const sent = await send(operation, value);
      const rawHeaders = Object.entries(sent.headers).flat();
      const { host = '' } = sent.headers;
      const request = parseS3Request({ method: sent.method, target: targetOf(sent), rawHeaders, host });
      assert.equal(request.operation, operation);
      const again = { method: sent.method, target: upstreamTarget(request), rawHeaders, host };
      assert.equal(parseS3Request(again).operation, operation);
      if (request.key !== undefined) assert.equal(request.key, input.Key);
      if (bodyLimitBytes(request) === undefined) return;
      const text =
        typeof sent.body === 'string' ? sent.body : Buffer.from(sent.body as Uint8Array).toString();
      assert.notEqual(parseS3Body(request, Buffer.from(text)).xml, '');
    });
  }
});
