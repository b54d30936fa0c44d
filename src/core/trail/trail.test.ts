import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  type DigestFile,
  defaultSelectors,
  digestKey,
  encodeDigest,
  encodeLogFile,
  fingerprintOf,
  logFileKey,
  parseTrailArn,
  type RecordedEvent,
  type Selectors,
  selectsDataEvents,
  selectsEvent,
  signDigest,
  signingText,
} from './index.ts';

const end = Date.UTC(2026, 0, 2, 4, 4, 5, 678);
const digest: DigestFile = {
  account: '111122223333',
  region: 'eu-west-1',
  trailName: 'main',
  homeRegion: 'us-east-1',
  bucket: 'logs',
  prefix: 'p',
  start: end - 3_600_000,
  end,
  publicKeyFingerprint: 'f'.repeat(32),
  previous: undefined,
  logFiles: [],
};
const key =
  'p/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/01/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260102T040405Z.json.gz';

describe('a digest', () => {
  test('has the name and the text that AWS gives it', () => {
    assert.equal(digestKey(digest), key);
    const { body, hashValue } = encodeDigest(digest);
    const text = gunzipSync(body).toString();
    assert.equal(hashValue, createHash('sha256').update(text).digest('hex'));
    assert.deepEqual(JSON.parse(text), {
      awsAccountId: '111122223333',
      digestStartTime: '2026-01-02T03:04:05Z',
      digestEndTime: '2026-01-02T04:04:05Z',
      digestS3Bucket: 'logs',
      digestS3Object: key,
      digestPublicKeyFingerprint: 'f'.repeat(32),
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: null,
      oldestEventTime: null,
      previousDigestS3Bucket: null,
      previousDigestS3Object: null,
      previousDigestHashValue: null,
      previousDigestHashAlgorithm: null,
      previousDigestSignature: null,
      logFiles: [],
    });
  });

  test('is signed over its end, place, hash and the signature before it', () => {
    assert.equal(signingText(digest, 'abc'), `2026-01-02T04:04:05Z\nlogs/${key}\nabc\nnull`);
    const previous = { bucket: 'logs', key: 'before', hashValue: 'def', signature: '0a' };
    const second = { ...digest, previous };
    assert.equal(signingText(second, 'abc'), `2026-01-02T04:04:05Z\nlogs/${key}\nabc\n0a`);
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signature = signDigest(second, 'abc', privateKey);
    assert.equal(signature, signDigest(second, 'abc', privateKey));
    const signed = Buffer.from(signingText(second, 'abc'));
    assert.ok(verify('sha256', signed, publicKey, Buffer.from(signature, 'hex')));
  });

  test('names its key by the MD5 of the DER form', () => {
    assert.equal(fingerprintOf(Buffer.from('')), 'd41d8cd98f00b204e9800998ecf8427e');
  });
});

describe('a log file', () => {
  test('is the same for the same events, and knows their times in any order', () => {
    const events = ['03', '01', '02'].map((second) => ({ eventTime: `2026-01-02T03:04:${second}Z` }));
    const file = encodeLogFile(events);
    assert.deepEqual(file, encodeLogFile(events));
    assert.deepEqual(
      [file.oldestEventTime, file.newestEventTime],
      ['2026-01-02T03:04:01Z', '2026-01-02T03:04:03Z'],
    );
    const text = gunzipSync(file.body);
    assert.deepEqual(JSON.parse(text.toString()), { Records: events });
    assert.equal(file.hashValue, createHash('sha256').update(text).digest('hex'));
  });

  test('has a name with sixteen characters that follow from a nonce', () => {
    const place = { prefix: undefined, account: '111122223333', region: 'us-east-1' };
    const name = logFileKey(place, end, 'one');
    assert.match(
      name,
      /^AWSLogs\/111122223333\/CloudTrail\/us-east-1\/2026\/01\/02\/111122223333_CloudTrail_us-east-1_20260102T0404Z_[0-9A-Z]{16}\.json\.gz$/,
    );
    assert.equal(name, logFileKey(place, end, 'one'));
    assert.notEqual(name, logFileKey(place, end, 'two'));
  });
});

describe('the ARN of a trail', () => {
  test('is read, and nothing else is taken for one', () => {
    const arn = 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main';
    assert.deepEqual(parseTrailArn(arn), { region: 'us-east-1', account: '111122223333', name: 'main' });
    for (const other of [
      arn.replace('aws', 'aws-cn'),
      arn.replace('cloudtrail', 'iam'),
      arn.replace('trail/', 'channel/'),
      arn.replace('us-east-1', ''),
      arn.replace('111122223333', '1'),
      `${arn}/more`,
    ])
      assert.equal(parseTrailArn(other), undefined, other);
  });
});

describe('event selectors', () => {
  const event: RecordedEvent = {
    eventTime: '2026-01-02T03:04:05Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    eventType: 'AwsApiCall',
    eventCategory: 'Data',
    awsRegion: 'us-east-1',
    readOnly: true,
    recipientAccountId: '111122223333',
    userIdentity: { arn: 'arn:aws:iam::111122223333:user/alice' },
    resources: [
      { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::photos/a/1.jpg' },
      { type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::photos' },
    ],
  };
  const basic = (values: readonly string[], readWriteType: 'All' | 'WriteOnly' = 'All'): Selectors => ({
    kind: 'basic',
    selectors: [
      {
        readWriteType,
        includeManagementEvents: true,
        dataResources: [{ type: 'AWS::S3::Object', values }],
        excludedSources: [],
      },
    ],
  });

  test('leave data events out unless an object of theirs is named', () => {
    assert.equal(selectsEvent(defaultSelectors, event), false);
    assert.equal(selectsEvent(basic(['arn:aws:s3:::photos/']), event), true);
    assert.equal(selectsEvent(basic(['arn:aws:s3:::photos/a/']), event), true);
    assert.equal(selectsEvent(basic(['arn:aws:s3']), event), true);
    assert.equal(selectsEvent(basic(['arn:aws:s3:::photos/b']), event), false);
    assert.equal(selectsEvent(basic(['arn:aws:s3'], 'WriteOnly'), event), false);
  });

  test('name what a listing may show by its prefix', () => {
    const listing: RecordedEvent = {
      ...event,
      eventName: 'ListObjects',
      resources: [{ type: 'AWS::S3::Object', ARNPrefix: 'arn:aws:s3:::photos/' }],
    };
    assert.equal(selectsEvent(basic(['arn:aws:s3:::photos/']), listing), true);
    assert.equal(selectsEvent(basic(['arn:aws:s3:::photos/a/']), listing), false);
  });

  test('say whether they can select data events at all', () => {
    const advanced = (category: string): Selectors => ({
      kind: 'advanced',
      selectors: [{ fields: [{ field: 'eventCategory', equals: [category] }] }],
    });
    assert.equal(selectsDataEvents(defaultSelectors), false);
    assert.equal(selectsDataEvents(basic([])), true);
    assert.equal(selectsDataEvents(advanced('Management')), false);
    assert.equal(selectsDataEvents(advanced('Data')), true);
  });

  test('of the advanced kind hold in every field and by every operator', () => {
    const fields = (...more: Extract<Selectors, { kind: 'advanced' }>['selectors'][number]['fields']) =>
      selectsEvent(
        {
          kind: 'advanced',
          selectors: [{ fields: [{ field: 'eventCategory', equals: ['Data'] }, ...more] }],
        },
        event,
      );
    assert.equal(fields(), true);
    assert.equal(fields({ field: 'readOnly', equals: ['false'] }), false);
    assert.equal(fields({ field: 'eventName', equals: ['PutObject', 'GetObject'] }), true);
    assert.equal(fields({ field: 'resources.ARN', startsWith: ['arn:aws:s3:::photos/'] }), true);
    assert.equal(
      fields({ field: 'resources.ARN', startsWith: ['arn:aws:s3:::photos/'], notEndsWith: ['.jpg'] }),
      false,
    );
    assert.equal(fields({ field: 'resources.ARN', endsWith: ['.png'] }), false);
    assert.equal(
      fields({ field: 'userIdentity.arn', notEquals: ['arn:aws:iam::111122223333:user/alice'] }),
      false,
    );
    assert.equal(fields({ field: 'userIdentity.arn', notStartsWith: ['arn:aws:iam::4'] }), true);
    assert.equal(fields({ field: 'resources.type', equals: ['AWS::S3::Object'] }), true);
    assert.equal(fields({ field: 'eventSource', notEquals: ['s3.amazonaws.com'] }), false);
    assert.equal(fields({ field: 'eventType', equals: ['AwsServiceEvent'] }), false);
    assert.equal(fields({ field: 'sessionCredentialFromConsole', equals: ['true'] }), false);
  });
});
