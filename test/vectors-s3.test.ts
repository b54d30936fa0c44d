import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  bodyLimitBytes,
  type DeleteEntry,
  type EmptySegments,
  multiDeleteQuestions,
  parseS3Body,
  parseS3Request,
  type S3Body,
  type S3Facts,
  type S3Question,
  type S3Request,
  S3RequestError,
  s3OperationNames,
  s3Questions,
  upstreamHeaders,
  upstreamTarget,
} from '#core/s3';

interface VectorQuestion {
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount?: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** One request, and what it means or how it is refused. Requests without `host` go to an address, in path style. */
interface Vector {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly host?: string;
  readonly domain?: string;
  readonly options?: { readonly emptySegments: EmptySegments };
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly facts?: {
    readonly existingObjectTags?: Readonly<Record<string, string>>;
    readonly copySourceTags?: Readonly<Record<string, string>>;
    readonly copySourceOwnerAccount?: string;
    readonly authType?: 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST';
    readonly signatureVersion?: string;
    readonly signedAt?: string;
    readonly contentSha256?: string;
    readonly tlsVersion?: string;
  };
  readonly operation?: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly upstream?: string;
  readonly upstreamHeaders?: Readonly<Record<string, string>>;
  readonly questions?: readonly VectorQuestion[];
  /** Of a multi-object delete. */
  readonly entries?: readonly {
    readonly entry: DeleteEntry;
    readonly questions: readonly VectorQuestion[];
  }[];
  readonly error?: { readonly code: string; readonly status: number; readonly message: string };
}

const folder = join(import.meta.dirname, 'vectors/s3');
const ownerAccount = '111122223333';
const now = Date.parse('2026-11-24T16:00:00Z');

const files: ReadonlyMap<string, readonly Vector[]> = new Map(
  readdirSync(folder)
    .sort()
    .map((file) => [file.replace(/\.json$/, ''), JSON.parse(readFileSync(join(folder, file), 'utf8'))]),
);

function parse({
  method,
  target,
  headers = [],
  host = '127.0.0.1:4594',
  domain,
  options,
}: Vector): S3Request {
  const wire = { method, target, rawHeaders: headers.flat(), host };
  return parseS3Request(wire, { ...options, ...(domain === undefined ? {} : { domain }) });
}

function readBody(request: S3Request, { body }: Vector): S3Body | undefined {
  if (bodyLimitBytes(request) === undefined) return undefined;
  return parseS3Body(request, new TextEncoder().encode(body ?? ''));
}

function factsOf({ facts = {} }: Vector, body: S3Body | undefined): S3Facts {
  const { existingObjectTags, copySourceTags, signedAt, ...plain } = facts;
  return {
    ownerAccount,
    now,
    ...plain,
    ...(existingObjectTags === undefined
      ? {}
      : { existingObjectTags: new Map(Object.entries(existingObjectTags)) }),
    ...(copySourceTags === undefined ? {} : { copySourceTags: new Map(Object.entries(copySourceTags)) }),
    ...(signedAt === undefined ? {} : { signedAt: Date.parse(signedAt) }),
    ...(body === undefined ? {} : { body }),
  };
}

function plainQuestions(questions: readonly S3Question[]): readonly VectorQuestion[] {
  return questions.map(({ context, ...rest }) => ({ ...rest, context: Object.fromEntries(context) }));
}

function check(vector: Vector): void {
  const request = parse(vector);
  assert.equal(request.operation, vector.operation);
  assert.equal(request.bucket, vector.bucket);
  assert.equal(request.key, vector.key);
  assert.equal(upstreamTarget(request), vector.upstream);
  if (vector.upstreamHeaders !== undefined) {
    assert.deepEqual(Object.fromEntries(upstreamHeaders(request)), vector.upstreamHeaders);
  }
  const body = readBody(request, vector);
  const facts = factsOf(vector, body);
  if (vector.entries === undefined) {
    assert.deepEqual(plainQuestions(s3Questions(request, facts)), vector.questions);
    return;
  }
  assert.equal(body?.kind, 'delete');
  const asked = multiDeleteQuestions(request, body.entries, facts).map(({ entry, questions }) => ({
    entry,
    questions: plainQuestions(questions),
  }));
  assert.deepEqual(asked, vector.entries);
}

function decide(vector: Vector): void {
  const request = parse(vector);
  s3Questions(request, factsOf(vector, readBody(request, vector)));
}

for (const [file, vectors] of files) {
  describe(`S3 requests: ${file}`, () => {
    for (const vector of vectors) {
      test(vector.name, () => {
        const { error } = vector;
        if (error === undefined) check(vector);
        else {
          assert.throws(
            () => decide(vector),
            (thrown) => {
              assert(thrown instanceof S3RequestError, String(thrown));
              const { code, status, message } = thrown;
              assert.deepEqual({ code, status, message }, error);
              return true;
            },
          );
        }
      });
    }
  });
}

describe('the vectors of S3', () => {
  const all = [...files.values()].flat();

  test('are many', () => {
    assert(all.length >= 400, String(all.length));
  });

  test('have every operation that is not refused', () => {
    const met = new Set(all.map(({ operation }) => operation));
    const unmet = s3OperationNames.filter((name) => !met.has(name));
    assert.deepEqual(unmet.sort(), [
      'CreateBucketMetadataConfiguration',
      'CreateBucketMetadataTableConfiguration',
      'CreateSession',
      'ListDirectoryBuckets',
      'PostObject',
      'RenameObject',
      'UpdateBucketMetadataInventoryTableConfiguration',
      'UpdateBucketMetadataJournalTableConfiguration',
      'UpdateObjectEncryption',
      'WriteGetObjectResponse',
    ]);
  });
});
