import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  checkSignedHeaders,
  parsePostForm,
  parseS3Request,
  type S3Question,
  type S3Request,
  S3RequestError,
  s3Questions,
  upstreamHeaders,
  upstreamTarget,
} from './index.ts';

const facts = { ownerAccount: '111122223333', now: 0 };

function parse(method: string, target: string, ...rawHeaders: readonly string[]): S3Request {
  return parseS3Request({ method, target, rawHeaders, host: 'localhost' });
}

function actionsOf(questions: readonly S3Question[]): readonly string[] {
  return questions.map(({ action, resource }) => `${action} ${resource}`);
}

function refuses(code: string, message: string, run: () => unknown): S3RequestError {
  let refusal: unknown;
  assert.throws(run, (error) => {
    refusal = error;
    return true;
  });
  assert(refusal instanceof S3RequestError, String(refusal));
  assert.deepEqual([refusal.code, refusal.message], [code, message]);
  return refusal;
}

describe('questions', () => {
  test('are not put before the body that they need is read', () => {
    const message = /^Error: PutObjectTagging cannot be decided before its body is read$/;
    const request = parse('PUT', '/photos/a?tagging');
    assert.throws(() => s3Questions(request, facts), message);
    assert.throws(() => s3Questions(request, { ...facts, body: { kind: 'restore' } }), message);
  });

  test('are not put about a bucket without owner', () => {
    assert.throws(
      () => s3Questions(parse('GET', '/photos/a'), { now: 0 }),
      /^Error: a question about a bucket needs its owner$/,
    );
  });

  test('need no owner where there is no bucket', () => {
    assert.deepEqual(s3Questions(parse('GET', '/'), { now: 0 }), [
      { action: 's3:ListAllMyBuckets', resource: 'arn:aws:s3:::*', context: new Map() },
    ]);
  });

  test('say nothing by blanks around a parameter that stands for a header', () => {
    const request = parse('PUT', '/photos/a?x-amz-storage-class=%20GLACIER%09');
    const [question] = s3Questions(request, facts);
    assert.equal(question?.context.get('s3:x-amz-storage-class'), 'GLACIER');
    assert.equal(upstreamHeaders(request).get('x-amz-storage-class'), 'GLACIER');
  });

  test('count a day begun of a retention as a day', () => {
    const until = new Date(86_400_001).toISOString();
    const [question] = s3Questions(
      parse('PUT', '/photos/a', 'x-amz-object-lock-retain-until-date', until),
      facts,
    );
    assert.equal(question?.context.get('s3:object-lock-remaining-retention-days'), '2');
  });
});

describe('headers outside the signature', () => {
  test('are refused by name', () => {
    const headers = ['Host', 'h', 'X-Amz-Acl', 'public-read', 'x-amz-date', 'd', 'x-amz-copy-source', 'a/b'];
    const { details, status } = refuses(
      'AccessDenied',
      'There were headers present in the request which were not signed',
      () => checkSignedHeaders(headers, ['host', 'x-amz-date']),
    );
    assert.deepEqual([status, details], [403, { HeadersNotSigned: 'x-amz-acl, x-amz-copy-source' }]);
  });

  test('are let pass where they are none of S3', () => {
    checkSignedHeaders(['User-Agent', 'x', 'x-amz-date', 'd'], ['x-amz-date']);
  });
});

describe('a form upload', () => {
  const form = parse('POST', '/photos', 'Content-Type', 'multipart/form-data; boundary=x');
  const tags = '<Tagging><TagSet><Tag><Key>k</Key><Value>v w</Value></Tag></TagSet></Tagging>';

  test('is the upload that its fields describe', () => {
    const put = parsePostForm(form, [
      ['Key', 'a b/c'],
      ['acl', 'public-read'],
      ['Content-Type', 'image/jpeg'],
      ['x-amz-meta-a', '1'],
      ['x-amz-storage-class', 'STANDARD_IA'],
      ['tagging', tags],
      ['policy', 'e30='],
      ['x-amz-signature', '00'],
      ['success_action_status', '201'],
    ]);
    assert.equal(put.operation, 'PutObject');
    assert.equal(put.method, 'PUT');
    assert.equal(upstreamTarget(put), '/photos/a%20b/c');
    assert.deepEqual(Object.fromEntries(upstreamHeaders(put)), {
      'content-type': 'image/jpeg',
      'x-amz-acl': 'public-read',
      'x-amz-meta-a': '1',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-tagging': 'k=v%20w',
    });
    assert.deepEqual(actionsOf(s3Questions(put, { ...facts, authType: 'POST' })), [
      's3:PutObject arn:aws:s3:::photos/a b/c',
      's3:PutObjectTagging arn:aws:s3:::photos/a b/c',
      's3:PutObjectAcl arn:aws:s3:::photos/a b/c',
    ]);
  });

  test('cannot hide tags in a field of the header', () => {
    const put = parsePostForm(form, [
      ['key', 'a'],
      ['x-amz-tagging', 'k=v'],
      ['x-amz-copy-source', 'b/c'],
    ]);
    assert.deepEqual(Object.fromEntries(upstreamHeaders(put)), {});
  });

  test('says nothing by blanks around a value, which are none of a header', () => {
    const put = parsePostForm(form, [
      ['key', 'a'],
      ['acl', ' public-read\t'],
    ]);
    const [question] = s3Questions(put, facts);
    assert.equal(question?.context.get('s3:x-amz-acl'), 'public-read');
    assert.equal(upstreamHeaders(put).get('x-amz-acl'), 'public-read');
  });

  test('is refused without a key, with two, and with one that cannot be fetched', () => {
    const missing =
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.";
    refuses('InvalidArgument', missing, () => parsePostForm(form, [['acl', 'private']]));
    refuses('InvalidArgument', missing, () => parsePostForm(form, [['key', '']]));
    refuses('InvalidArgument', 'POST requires exactly one key field.', () =>
      parsePostForm(form, [
        ['key', 'a'],
        ['Key', 'b'],
      ]),
    );
    refuses('InvalidURI', "Couldn't parse the specified URI.", () =>
      parsePostForm(form, [['key', 'a/../b']]),
    );
  });

  test('is refused with two ACLs, under one name or two', () => {
    refuses('InvalidArgument', 'x-amz-acl is given more than once.', () =>
      parsePostForm(form, [
        ['key', 'a'],
        ['acl', 'private'],
        ['x-amz-acl', 'public-read'],
      ]),
    );
  });

  test('is refused with tags that are no document', () => {
    const message =
      'The XML you provided was not well-formed or did not validate against our published schema';
    for (const text of ['k=v', '<Tagging/>', '<!DOCTYPE a><Tagging><TagSet/></Tagging>']) {
      refuses('MalformedXML', message, () =>
        parsePostForm(form, [
          ['key', 'a'],
          ['tagging', text],
        ]),
      );
    }
  });
});
